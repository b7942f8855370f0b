"""Tables as the papers print them: values by row and metric, from which presets and studies take their targets."""

from collections.abc import Mapping, Sequence

from vae_models.records import Target
from variational.errors import InvalidInputError

Row = Mapping[str, float]


def read_table(metrics: Sequence[str], text: str) -> dict[str, Row]:
    """Return the printed values of each row, by metric.

    Args:
        metrics: In the order of the columns.
        text: A row a line: its name, a colon, and the values in order, ``-`` where there is none.

    Raises:
        InvalidInputError: A row has another number of values than there are columns, or stands twice.

    Example:
        >>> read_table(("kl", "nll"), "VAE: 0.2 -")
        {'VAE': {'kl': 0.2}}
    """
    found: dict[str, Row] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, values = line.rpartition(":")
        words = values.split()
        if len(words) != len(metrics) or name in found:
            msg = f"rows must have {len(metrics)} values each and stand once, got {line!r}"
            raise InvalidInputError(msg)
        found[name] = {metric: float(word) for metric, word in zip(metrics, words, strict=True) if word != "-"}
    return found


def targets(where: str, values: Row) -> tuple[Target, ...]:
    """Return the printed values of metrics at a place."""
    return tuple(Target(metric=metric, value=value, where=where) for metric, value in values.items())
