"""A comparison as text of 80 columns."""

import textwrap
from collections.abc import Iterator

from vae_models.compare.records import PRINTED, STRENGTH, Comparison, Distance, Number, Row

WIDTH = 80
COLUMN = 20
TABLE = (
    ("R of the encoder", "encoder_lower", "encoder", "encoder_upper"),
    ("least R", "optimum_lower", None, "optimum_upper"),
    ("encoder's gap", "gap_lower", "gap", "gap_upper"),
    ("gap of the loss", "total_lower", None, "total_upper"),
)


def render(comparison: Comparison) -> str:
    """Return a comparison as lines that fit 80 columns."""
    lines = [
        f"{comparison.run}, step {comparison.step}",
        f"measured on {comparison.examples} examples of {comparison.split}; nats; ± is one standard error",
        *([] if comparison.posterior is None else _wrapped(comparison.posterior, "", hang=0)),
        "",
        "Distance to the optimum over all encoders and decoders",
    ]
    if comparison.distance is None:
        lines += _wrapped(f"none: {comparison.no_distance}", "  ")
    else:
        lines += _distance(comparison.distance)
    lines += ["", "Measured quantities beside the theorems that apply"]
    for row in comparison.rows:
        lines += _row(row)
    if not comparison.rows:
        lines.append("  none")
    return "\n".join([*lines, "", *_wrapped(_legend(comparison), "", hang=0)])


def show(number: Number) -> str:
    """Return a number to the second digit of its standard error, or to five digits where it has none."""
    if not number.error:
        return f"{number.value:.5g}"
    digits = max(0, 1 - int(f"{number.error:e}".partition("e")[2]))
    if digits > 6:
        return f"{number.value:.5g} ± {number.error:.1e}"
    return f"{number.value:.{digits}f} ± {number.error:.{digits}f}"


def _distance(distance: Distance) -> Iterator[str]:
    yield from _wrapped(f"x: {distance.law}", "  ")
    yield from _wrapped(f"loss: {distance.objective}", "  ")
    yield "  " + "".join(f"{name:>{COLUMN}}" for name in ("at least", "estimate", "at most")).rjust(WIDTH - 3)
    shown: list[Number] = []
    for name, *fields in TABLE:
        numbers = [None if field is None else getattr(distance, field) for field in fields]
        if name != "encoder's gap":  # it rests on what it is the difference of
            shown += [number for number in numbers if number is not None]
        cells = "".join(f"{'' if number is None else show(number):>{COLUMN}}" for number in numbers)
        yield f"  {name:<17}{cells}".rstrip() if any(numbers) else f"  {name:<17}unknown: H(X), or no density of it"
    for basis in STRENGTH:
        reasons = dict.fromkeys(number.rests_on for number in shown if number.basis == basis)
        if reasons:
            yield from _wrapped(f"{basis}: " + "; ".join(reasons), "  ", hang=4)
    for note in distance.notes:
        yield from _wrapped(f"- {note}", "  ")


def _row(row: Row) -> Iterator[str]:
    yield f"  {row.claim} {row.verdict.upper()} ({row.premise})"
    sides = f"{row.quantity} = {show(row.measured)}  {row.relation}  {row.bound_name} = {show(row.bound)}"
    yield from _wrapped(f"{sides}: {row.finding}, slack {show(row.slack)}", "    ")


def _legend(comparison: Comparison) -> str:
    judge = ""
    if comparison.rows:
        papers = " ".join(dict.fromkeys(row.claim.partition(":")[0] for row in comparison.rows))
        judge = f"Verdicts are the recorded ones; python -m variational.check {papers} judges them anew. "
    if any(row.premise.startswith(PRINTED) for row in comparison.rows):
        judge += f"A row marked '{PRINTED}' has the form that the paper prints. "
    return (
        f"{judge}'within error' is at most three standard errors short; where a premise is an optimum, 'fails' says "
        "that this run is not at one."
    )


def _wrapped(text: str, indent: str, *, hang: int | None = None) -> list[str]:
    later = " " * (len(indent) + 2 if hang is None else hang)
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=later, break_on_hyphens=False)
