"""The presets of all papers by name; importing this loads no torch."""

from collections.abc import Mapping

from vae_models.config import RunConfig
from vae_models.presets import arelbo, digits, infovae, ncvae
from vae_models.presets.preset import Preset
from vae_models.records import Target
from variational.errors import InvalidInputError

_PAPERS = (digits.PRESETS, ncvae.PRESETS, infovae.PRESETS, arelbo.PRESETS)

PRESETS: Mapping[str, Preset] = {preset.config.preset: preset for presets in _PAPERS for preset in presets}


def find_preset(name: str) -> Preset:
    """Return the preset of a name, or raise InvalidInputError with the names there are."""
    if name not in PRESETS:
        msg = f"preset must be one of {', '.join(PRESETS)}, got {name!r}"
        raise InvalidInputError(msg)
    return PRESETS[name]


def described(config: RunConfig) -> tuple[dict[str, str], tuple[Target, ...]]:
    """Return where each setting of a run comes from, and the printed targets; none for a preset that is gone."""
    preset = PRESETS.get(config.preset)
    return (preset.sources_of(config), preset.targets) if preset is not None else ({}, ())
