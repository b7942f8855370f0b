"""The presets as text of 80 columns: all of them in a line each, or one with settings by source, and targets."""

import textwrap
from collections.abc import Mapping, Sequence

from vae_models.data.catalogue import SUMMARIES
from vae_models.presets.preset import Preset
from vae_models.presets.registry import PAPERS

_COLUMNS = 80


def list_all() -> str:
    """Return every preset and every data set with its summary."""
    groups = {paper: {preset.config.preset: preset.summary for preset in presets} for paper, presets in PAPERS.items()}
    blocks = [_table(f"presets: {title}", rows) for title, rows in groups.items()]
    hint = "PRESET --list shows its settings, where they come from, and printed results."
    return "\n\n".join([*blocks, _table("data sets (--source)", SUMMARIES), hint])


def list_preset(preset: Preset) -> str:
    """Return the settings of a preset by their sources, and the printed results that it is to be compared with."""
    by_place: dict[str, list[str]] = {}
    for target in preset.targets:
        by_place.setdefault(target.where, []).append(f"{target.metric}={target.value:g}")
    blocks = [
        f"{preset.config.preset}: {preset.summary}",
        _outline("settings", preset.settings_by_source(preset.config)),
    ]
    return "\n\n".join([*blocks, _outline("printed in the paper", by_place)] if by_place else blocks)


def _outline(title: str, groups: Mapping[str, Sequence[str]]) -> str:
    lines = [title]
    for head, items in groups.items():
        lines += [_wrapped("  ", head), _wrapped("      ", ", ".join(items))]
    return "\n".join(lines)


def _table(title: str, rows: Mapping[str, str]) -> str:
    width = max(map(len, rows))
    return "\n".join([title, *(_wrapped(f"  {name:{width}}  ", text) for name, text in rows.items())])


def _wrapped(start: str, text: str) -> str:
    return textwrap.fill(
        text, _COLUMNS, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
    )
