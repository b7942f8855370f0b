"""Every figure by name: what draws it, the records it reads, and what its caption says."""

import dataclasses
from collections.abc import Mapping

from figures import (
    aggregate,
    codes,
    factorisation,
    printed,
    regimes,
    saddle,
    separation,
    solver,
    steepness,
    theorem7,
    trained,
)
from figures.kinds import KINDS
from figures.style import Draw


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """One figure.

    Attributes:
        draw: Takes the records by name, returns the figure, whose title is the finding.
        records: Names of the records it reads.
        caption: What is seen, in whole sentences; how to reproduce it is added by ``caption_of``.
    """

    draw: Draw
    records: tuple[str, ...]
    caption: str


FIGURES: Mapping[str, Drawing] = {
    "regimes": Drawing(draw=regimes.draw, records=regimes.RECORDS, caption=regimes.CAPTION),
    "factorisation": Drawing(draw=factorisation.draw, records=factorisation.RECORDS, caption=factorisation.CAPTION),
    "codes": Drawing(draw=codes.draw, records=codes.RECORDS, caption=codes.CAPTION),
    "theorem7": Drawing(draw=theorem7.draw, records=theorem7.RECORDS, caption=theorem7.CAPTION),
    "solver": Drawing(draw=solver.draw, records=solver.RECORDS, caption=solver.CAPTION),
    "saddle": Drawing(draw=saddle.draw, records=saddle.RECORDS, caption=saddle.CAPTION),
    "steepness": Drawing(draw=steepness.draw, records=steepness.RECORDS, caption=steepness.CAPTION),
    "printed": Drawing(draw=printed.draw, records=printed.RECORDS, caption=printed.CAPTION),
    "separation": Drawing(draw=separation.draw, records=separation.RECORDS, caption=separation.CAPTION),
    "aggregate": Drawing(draw=aggregate.draw, records=aggregate.RECORDS, caption=aggregate.CAPTION),
    "trained": Drawing(draw=trained.draw, records=trained.RECORDS, caption=trained.CAPTION),
}


def caption_of(name: str, title: str) -> str:
    """Return the text beside a picture: the finding, what is seen, and the commands that reproduce it.

    Args:
        name: A key of FIGURES.
        title: The finding, as the figure states it.
    """
    drawing = FIGURES[name]
    commands = [*dict.fromkeys(KINDS[record].command for record in drawing.records), f"python -m figures.build {name}"]
    return (
        "\n".join([f"{title}.", "", drawing.caption, "", "Reproduce:", *(f"    {command}" for command in commands)])
        + "\n"
    )
