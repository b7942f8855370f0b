"""Rule for stationary encoders and decoders: what the Lagrange equation at a point implies there."""

import dataclasses
from collections.abc import Mapping

from variational import grammar
from variational.errors import CertificateError
from variational.formula import Call, Node
from variational.recheck import finding
from variational.recheck.arithmetic import FormalLogarithms, Number, UndefinedError
from variational.recheck.conditions import Relation, read_relations
from variational.recheck.exact import (
    Definition,
    Evaluator,
    call_of_points,
    parse,
    point_names,
    read_definitions,
)
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, require_same, seed_of
from variational.recheck.pointwise import MOST_DRAWS, POINTS, Statement, derivative, prove, refute
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.rules_pointwise import agreed, refuted
from variational.recheck.signature import Signature, signature
from variational.recheck.spaces import random_spaces
from variational.records import Status

STATIONARY = "stationary"
POSTERIOR = Definition(points=("x", "z"), body=parse("q(z|x)*pd(x)/gamma(z)"))
MULTIPLIER = "lambda"
THREE_Z = ((2, 3), (3, 3), (2, 4), (3, 4))  # a common factor of differences needs three z


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Equation:
    """A formal statement of this kind, read."""

    functional: Node
    wrt: Call
    left: Node
    right: Node
    definitions: Mapping[str, Definition]
    conditions: tuple[Relation, ...]
    formal: Formal

    @property
    def of_decoder(self) -> bool:
        """Whether the loss is varied in the decoder."""
        return self.wrt.key == "p|"

    def variation(self, evaluator: Evaluator, placed: Mapping[str, int]) -> Number:
        """Return the derivative of the loss."""
        return derivative(evaluator, self.definitions, self.functional, self.wrt, placed)

    def needs(self, *more: Node, without: str = "") -> Signature:
        """Return what the statement needs from a space; the multiplier is computed, not given."""
        conditions = [side for relation in self.conditions for side in relation.sides]
        found = signature([self.wrt, *more], self.definitions, beside=[self.functional, *conditions])
        shapes = {key: kinds for key, kinds in found.shapes.items() if key != without}
        return dataclasses.replace(found, shapes=shapes)


def stationary(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check what follows from the stationarity of a loss in its encoder or decoder."""
    if status is not Status.REFUTED:
        for piece in pieces_of(evidence, STATIONARY):
            require_same(piece, formal, ("lhs", "rhs", "objective"))
    equation = _read(formal)
    if status is Status.REFUTED and equation.of_decoder:
        return _refuted_decoder(equation, evidence)
    if status is Status.REFUTED:
        return refuted(witness_statement(formal), evidence, seed_of(formal))
    if equation.of_decoder:
        seed = seed_of(formal)
        statements = _decoder_sum(equation), _decoder_variation(equation)
        return agreed(sum(prove(statement, seed=seed) for statement in statements))
    if "up_to" in formal:
        return _up_to_x(equation)
    return agreed(prove(_pointwise(equation), seed=seed_of(formal)))


def witness_statement(formal: Formal) -> Statement:
    """Return what a witness against a formal statement of this kind has to break.

    For a decoder this is that it sums to one, where it does not, and its Lagrange equation otherwise.
    """
    equation = _read(formal)
    if equation.of_decoder:
        total = _decoder_sum(equation)
        try:
            prove(total, seed=seed_of(formal))
        except CertificateError:
            return total
        return _decoder_variation(equation)
    return _two_places(equation) if "up_to" in formal else _pointwise(equation)


def _read(formal: Formal) -> _Equation:
    definitions = read_definitions(mapping_of(formal, "where", optional=True))
    side, up_to = text_of(formal, "of"), formal.get("up_to")
    left, right = text_of(formal, "lhs"), parse(text_of(formal, "rhs"))
    if side not in {"encoder", "decoder"} or up_to not in {None, "x"}:
        msg = f"'of' must be encoder or decoder and 'up_to' x, got {side!r} and {up_to!r}"
        raise CertificateError(msg)
    if side == "decoder":
        head = call_of_points(left)
        if head.key != "p|":
            msg = f"the left side of a decoder must be p(x|z), got {left!r}"
            raise CertificateError(msg)
        definitions["p|"] = Definition(points=point_names(head), body=right)
    elif formal.get("decoder") != "free":
        definitions.setdefault("p|", POSTERIOR)
    return _Equation(
        functional=parse(grammar.functional(text_of(formal, "objective"))),
        wrt=call_of_points("p(x|z)" if side == "decoder" else "q(z|x)"),
        left=parse(left),
        right=right,
        definitions=definitions,
        conditions=read_relations(texts_of(formal, "conditions")),
        formal=formal,
    )


def _pointwise(equation: _Equation) -> Statement:
    """Set the multiplier so that the Lagrange equation holds at one point, then compare both sides there."""

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        multiplier = -equation.variation(evaluator, placed)
        solved = Evaluator(
            evaluator.space,
            evaluator.arithmetic,
            equation.definitions,
            overrides={(MULTIPLIER, (placed["x"],)): multiplier},
        )
        return solved.value(equation.left, placed), solved.value(equation.right, placed)

    return Statement(
        needed=equation.needs(equation.left, equation.right, without=MULTIPLIER),
        sides=sides,
        conditions=equation.conditions,
        definitions=equation.definitions,
        premise=equation.variation,
    )


def _up_to_x(equation: _Equation) -> Finding:
    """Compare how both residuals vary with z: the Lagrange equation fixes one up to a constant in z."""
    needed = equation.needs(equation.left, equation.right)
    seed = seed_of(equation.formal)
    spaces = random_spaces(
        needed, seed=seed, conditions=equation.conditions, definitions=equation.definitions, sizes=THREE_Z
    )
    compared = varied = good = 0
    for draw, space in zip(range(MOST_DRAWS), spaces, strict=False):
        evaluator = Evaluator(space, FormalLogarithms(seed + draw), equation.definitions)
        try:
            for x in range(space.sizes["x"]):
                pairs, moved = _differences(equation, evaluator, x)
                compared, varied = compared + pairs, varied + moved
        except UndefinedError:
            continue
        good += 1
        if good >= POINTS:
            break
    if not varied or good < POINTS:
        msg = "the printed form does not depend on z at all, or is undefined almost everywhere"
        raise CertificateError(msg)
    text = f"the printed form varies with z as the Lagrange equation does, exactly, in {compared} differences"
    return Finding(levels=(finding.IDENTITY,), text=text)


def _differences(equation: _Equation, evaluator: Evaluator, x: int) -> tuple[int, bool]:
    """Return how many differences in z were compared, and whether the printed form varies with z."""
    places = [{"x": x, "z": z} for z in range(evaluator.space.sizes["z"])]
    loss = [equation.variation(evaluator, placed) for placed in places]
    printed = [_residual(equation, evaluator, placed) for placed in places]
    pairs = [(loss[i] - loss[0], printed[i] - printed[0]) for i in range(1, len(places))]
    wild = any(before == 0 and after != 0 for before, after in pairs)
    if wild or any(pairs[0][0] * after != before * pairs[0][1] for before, after in pairs):
        msg = "the printed form does not vary with z as the Lagrange equation does"
        raise CertificateError(msg)
    return len(pairs), any(after != 0 for _, after in pairs)


def _two_places(equation: _Equation) -> Statement:
    """A witness: the Lagrange equation holds at z and z' with one multiplier, the printed form does not."""

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        first, second = ({"x": placed["x"], "z": placed[z]} for z in ("z", "z'"))
        residuals = _residual(equation, evaluator, first), _residual(equation, evaluator, second)
        if equation.variation(evaluator, first) != equation.variation(evaluator, second):
            msg = "no multiplier solves the Lagrange equation at both places of the witness"
            raise CertificateError(msg)
        return residuals

    needed = equation.needs(equation.left, equation.right)
    return Statement(
        needed=dataclasses.replace(needed, points=("z", "x", "z'")),
        sides=sides,
        conditions=equation.conditions,
        definitions=equation.definitions,
        premise=equation.variation,
    )


def _residual(equation: _Equation, evaluator: Evaluator, placed: Mapping[str, int]) -> Number:
    return evaluator.value(equation.left, placed) - evaluator.value(equation.right, placed)


def _refuted_decoder(equation: _Equation, evidence: Pieces) -> Finding:
    """A witness places z where the sum is not one, or more points where the Lagrange equation fails."""
    total, variation = _decoder_sum(equation), _decoder_variation(equation)
    findings = []
    for piece in pieces_of(evidence, finding.WITNESS):
        placed = mapping_of(piece, "at", optional=True)
        statement = total if set(placed) == {"z"} else variation
        findings.append(refute(statement, piece, seed=seed_of(equation.formal)))
    return findings[0]


def _decoder_sum(equation: _Equation) -> Statement:
    integral = parse("int[x](p(x|z))")

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        return evaluator.value(integral, placed), evaluator.value(parse("1"), placed)

    needed = equation.needs()

    return Statement(
        needed=dataclasses.replace(needed, points=("z",)),
        sides=sides,
        conditions=equation.conditions,
        definitions=equation.definitions,
    )


def _decoder_variation(equation: _Equation) -> Statement:
    """With a printed multiplier compare with it; else the derivative must not depend on x."""
    multiplier = parse(text_of(equation.formal, "mu")) if "mu" in equation.formal else None

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        true = equation.variation(evaluator, {"x": placed["x"], "z": placed["z"]})
        if multiplier is not None:
            return true, -evaluator.value(multiplier, placed)
        return true, equation.variation(evaluator, {"x": placed["x'"], "z": placed["z"]})

    needed = equation.needs(*(() if multiplier is None else (multiplier,)))
    if multiplier is None:
        needed = dataclasses.replace(needed, points=("x", "z", "x'"))
    return Statement(needed=needed, sides=sides, conditions=equation.conditions, definitions=equation.definitions)
