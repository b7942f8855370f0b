"""The presets of all papers by name; importing this loads no torch."""

import difflib
from collections.abc import Mapping

from vae_models.config import RunConfig
from vae_models.presets import (
    arelbo,
    arelbo_generation,
    digits,
    illidvae,
    illidvae_paper,
    illidvae_text,
    infovae,
    infovae_paper,
    ncvae,
    ncvae_paper,
    ncvae_text,
)
from vae_models.presets.preset import Preset
from vae_models.records import Target
from variational.errors import InvalidInputError

PAPERS: Mapping[str, tuple[Preset, ...]] = {
    "first steps": digits.PRESETS,
    "NC-VAE": ncvae.PRESETS + ncvae_paper.PRESETS + ncvae_text.PRESETS,
    "InfoVAE": infovae.PRESETS + infovae_paper.PRESETS,
    "AR-ELBO": arelbo.PRESETS + arelbo_generation.PRESETS,
    "IL-LIDVAE": illidvae.PRESETS + illidvae_paper.PRESETS + illidvae_text.PRESETS,
}

PRESETS: Mapping[str, Preset] = {preset.config.preset: preset for presets in PAPERS.values() for preset in presets}


def find_preset(name: str) -> Preset:
    """Return the preset of a name, or raise InvalidInputError with the names that are near."""
    if name not in PRESETS:
        near = difflib.get_close_matches(name, PRESETS, n=3)
        hint = f"perhaps {' or '.join(near)}" if near else "python -m vae_models.train --list names them"
        msg = f"preset must be one of the {len(PRESETS)} there are, got {name!r}; {hint}"
        raise InvalidInputError(msg)
    return PRESETS[name]


def described(config: RunConfig) -> tuple[dict[str, str], tuple[Target, ...]]:
    """Return where each setting of a run comes from, and the printed targets; none for a preset that is gone."""
    preset = PRESETS.get(config.preset)
    return (preset.sources_of(config), preset.targets) if preset is not None else ({}, ())
