"""One row of the table of theorems: a measured quantity, its bound, the verdict on the theorem, and what they say."""

from vae_models.compare.evidence import mapped
from vae_models.compare.records import DEVIATIONS, Finding, Number, Relation, Row, difference
from variational.papers.registry import find_claim

Side = tuple[str, Number]  # name and value
ROUNDING = 1e-6  # of a number in single precision, relative to both sides
ANY = "any encoder"
ANY_DECODER = "any encoder and decoder"
BEST = "optimum over all encoders and decoders"
BEST_OF_FAMILY = "global optimum of a family closed under z -> c z"
GLOBAL = "global optimum of a family with constant decoders"
FEW = 200  # examples for estimates that decode many times for each
WEIGHTS = 64  # of importance


def row_of(claim: str, premise: str, left: Side, relation: Relation, right: Side) -> Row:
    """Return the row of a claim; the verdict is looked up, and the finding follows from the numbers."""
    (quantity, measured), (bound_name, bound) = left, right
    ends = (bound, measured) if relation == "<=" else (measured, bound)
    slack = difference(*ends, rests_on="difference of both sides")
    if relation == "=":
        slack = mapped(slack, lambda value: -abs(value), 1.0)
    return Row(
        claim=claim,
        verdict=find_claim(claim).recorded.value,
        premise=premise,
        quantity=quantity,
        measured=measured,
        relation=relation,
        bound_name=bound_name,
        bound=bound,
        slack=slack,
        finding=finding_of(slack, scale=abs(measured.value) + abs(bound.value)),
    )


def finding_of(slack: Number, *, scale: float) -> Finding:
    """Return what a slack says; numbers of the given size are met up to rounding in single precision."""
    if slack.value >= -ROUNDING * scale:
        return "holds"
    return "within error" if slack.value >= -DEVIATIONS * (slack.error or 0.0) else "fails"
