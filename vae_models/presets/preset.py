"""What a preset is: a configuration, where each of its settings comes from, and what was printed of its results."""

import dataclasses
from collections.abc import Mapping

from vae_models.config import RunConfig
from vae_models.records import Target
from vae_models.settings.paths import leaves
from variational.errors import InvalidInputError

KINDS = ("paper", "code", "ours")  # printed in the paper; in public code; chosen here, with the reason
COMMAND_LINE = "command line"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preset:
    """A configuration that can be run as it stands.

    Attributes:
        summary: What it is, in at most 50 characters.
        config: Its values; the command line changes some.
        sources: From the name of a setting, or of a group of settings, to where its value comes from: ``paper: place``,
            ``code: repository``, or ``ours: reason``. The longest name that fits a setting counts; the empty one fits
            all.
        targets: What the paper prints of the results.
    """

    summary: str
    config: RunConfig
    sources: Mapping[str, str]
    targets: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a setting without source, a source of no kind, and a source of no setting."""
        names = settings_of(self.config)
        for name in names:
            source = _longest(name, self.sources)
            if source is None or source.split(":")[0] not in KINDS or not source.partition(":")[2].strip():
                rule = f"must say 'paper: ...', 'code: ...' or 'ours: ...' of {name}"
                msg = f"sources of {self.config.preset} {rule}, got {source!r}"
                raise InvalidInputError(msg)
        for name in self.sources:
            if not any(_covers(name, setting) for setting in names):
                msg = f"sources of {self.config.preset} must name settings, got {name!r}"
                raise InvalidInputError(msg)

    def sources_of(self, config: RunConfig) -> dict[str, str]:
        """Return where each setting of a run comes from: as said here, or the command line where it differs."""
        mine, theirs = settings_of(self.config), settings_of(config)
        return {
            name: _longest(name, self.sources) or COMMAND_LINE if name in mine and mine[name] == value else COMMAND_LINE
            for name, value in theirs.items()
        }

    def settings_by_source(self, config: RunConfig) -> dict[str, tuple[str, ...]]:
        """Return from each source the settings of a run that come from there, as ``name=value``."""
        values, sources = settings_of(config), self.sources_of(config)
        found: dict[str, list[str]] = {}
        for name, value in values.items():
            found.setdefault(sources[name], []).append(f"{name}={_shown(value)}")
        return {source: tuple(settings) for source, settings in found.items()}


def settings_of(config: RunConfig) -> dict[str, object]:
    """Return the settings that say what a run computes, by name: all but the preset, the seed and the machine."""
    found = leaves(config)
    return {
        name: value for name, value in found.items() if name not in {"preset", "seed"} and not _covers("machine", name)
    }


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _covers(name: str, setting: str) -> bool:
    return not name or setting == name or setting.startswith(f"{name}.")


def _longest(setting: str, sources: Mapping[str, str]) -> str | None:
    fitting = [name for name in sources if _covers(name, setting)]
    return sources[max(fitting, key=len)] if fitting else None
