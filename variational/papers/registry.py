"""The claims of every paper, written out, and how they are found."""

import difflib
from collections.abc import Mapping

from variational.errors import InvalidInputError
from variational.papers import controls, controls_numbers
from variational.papers.arelbo import claims as arelbo
from variational.papers.illidvae import registered as illidvae
from variational.papers.infovae import every as infovae_paper
from variational.papers.ncvae import (
    aae,
    aae_derivatives,
    background,
    beta_vae,
    beta_vae_minimum,
    calculus,
    collapse,
    consequences,
    contrastive,
    equality,
    infovae,
    infovae_minimum,
    positivity,
    theorem5,
    theorem6,
    theorem6_lines,
    theorem7,
    theorem7_proof,
    theorem8,
    theorem8_maximum,
)
from variational.records import Claim

PAPERS: Mapping[str, tuple[Claim, ...]] = {
    "ncvae": (
        *background.CLAIMS,
        *calculus.CLAIMS,
        *theorem8.CLAIMS,
        *theorem8_maximum.CLAIMS,
        *beta_vae.CLAIMS,
        *beta_vae_minimum.CLAIMS,
        *positivity.CLAIMS,
        *infovae.CLAIMS,
        *infovae_minimum.CLAIMS,
        *aae.CLAIMS,
        *aae_derivatives.CLAIMS,
        *contrastive.CLAIMS,
        *theorem5.CLAIMS,
        *theorem6.CLAIMS,
        *theorem6_lines.CLAIMS,
        *theorem7.CLAIMS,
        *theorem7_proof.CLAIMS,
        *equality.CLAIMS,
        *consequences.CLAIMS,
        *collapse.CLAIMS,
    ),
    "arelbo": arelbo.CLAIMS,
    "infovae": infovae_paper.CLAIMS,
    "illidvae": illidvae.CLAIMS,
}
CONTROLS = "controls"
ALL = "all"
TARGETS = (*PAPERS, CONTROLS, ALL)


def claims(target: str = ALL) -> tuple[Claim, ...]:
    """Return the claims of one paper, in the order of their modules.

    Args:
        target: A key of :data:`PAPERS`, ``controls``, or ``all`` for every paper without the controls.

    Raises:
        InvalidInputError: For an unknown target, with the nearest ones.

    Example:
        >>> claims("ncvae")[0].id
        'ncvae:eq1'
    """
    if target == ALL:
        return tuple(claim for paper in PAPERS.values() for claim in paper)
    if target == CONTROLS:
        return (*controls.CLAIMS, *controls_numbers.CLAIMS)
    if target not in PAPERS:
        msg = f"unknown target {target!r}; {_nearest(target, TARGETS)}"
        raise InvalidInputError(msg)
    return PAPERS[target]


def find_claim(claim_id: str) -> Claim:
    """Return the claim or control with the given id.

    Raises:
        InvalidInputError: For an unknown id, with the nearest ones.

    Example:
        >>> find_claim("ncvae:eq1").recorded.value
        'refuted'
    """
    known = {claim.id: claim for claim in (*claims(ALL), *claims(CONTROLS))}
    if claim_id not in known:
        msg = f"unknown claim {claim_id!r}; {_nearest(claim_id, tuple(known))}"
        raise InvalidInputError(msg)
    return known[claim_id]


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(close)}?" if close else f"there are {', '.join(known[:8])}"
