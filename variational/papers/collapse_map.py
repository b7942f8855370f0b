"""Which claims say when a minimum has collapsed: by objective and kind of space."""

import dataclasses
from collections.abc import Mapping

from variational import blocks
from variational.errors import InvalidInputError
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One objective.

    Attributes:
        name: What it is called.
        objective: The loss, in the building blocks of ``analyze``.
        claims: For every kind of space, the id of the claim that says when its minima have collapsed.
    """

    name: str
    objective: str
    claims: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a row that leaves out a kind of space."""
        if tuple(self.claims) != SPACES:
            msg = f"the row {self.name!r} must name a claim for each of {', '.join(SPACES)}, got {list(self.claims)}"
            raise InvalidInputError(msg)


def _row(name: str, key: str, *, countable: str, densities: str) -> Row:
    claims = {FINITE: countable, DISCRETE_X: countable, DENSITIES: densities}
    return Row(name=name, objective=blocks.BUILT_IN[key], claims=claims)


ROWS = (
    _row(
        "beta-VAE",
        "beta-vae",
        countable="ncvae:collapse.beta-vae",
        densities="ncvae:collapse.beta-vae.densities",
    ),
    _row(
        "InfoVAE",
        "infovae",
        countable="ncvae:collapse.infovae",
        densities="ncvae:collapse.infovae.densities",
    ),
    _row("AAE", "aae", countable="ncvae:collapse.aae", densities="ncvae:collapse.aae.densities"),
    _row("NC-VAE", "ncvae", countable="ncvae:collapse.ncvae", densities="ncvae:collapse.ncvae"),
)
