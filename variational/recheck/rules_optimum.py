"""Rules for statements about minima and about joint convexity."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from variational import blocks, grammar
from variational.errors import CertificateError
from variational.recheck import finding, logs
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.conditions import broken, read_relations
from variational.recheck.exact import Evaluator, Space, call_of_points, parse, read_definitions
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, seed_of
from variational.recheck.master import STRICT, WEAK, Master, master
from variational.recheck.pieces import check_pieces, value_on
from variational.recheck.pointwise import derivative, prove
from variational.recheck.reading import mapping_of, rationals, read_space, text_of, texts_of
from variational.recheck.rules_pointwise import equality
from variational.recheck.signature import signature
from variational.records import SPACES, Status

VARYING_RATIO = "pn/pd is not constant on the support of pd"
CONTRAST = frozenset({"p != n", VARYING_RATIO})
# Sign patterns under which the theorem behind an assertion applies; one of each tuple must be implied.
PATTERNS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "collapses": (("d = 0", "kappa > 0"),),
    "least-information": (("d = 0", "kappa > 0"),),
    "unique": (
        ("d = 0", "r > 0", "kappa > 0", *STRICT),
        ("d > 0", "r > 0", "kappa > 0", "B > 0", *STRICT),
    ),
    "no-collapse": (
        ("d > 0", "r > 0", "kappa > 0", "B > 0", *STRICT),
        ("d = 0", "r > 0", "kappa < 0", *WEAK),
    ),
}
POSTERIOR = {"p|": "q(z|x)*pd(x)/gamma(z)"}


def optimum(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check a statement about minima: the signs its theorem needs, or an explicit code that breaks it."""
    found = master(text_of(formal, "objective"))
    conditions = texts_of(formal, "conditions")
    asserted = text_of(formal, "asserts")
    if asserted not in PATTERNS:
        msg = f"'asserts' must be one of {', '.join(PATTERNS)}, got {asserted!r}"
        raise CertificateError(msg)
    levels = check_pieces(evidence, conditions, own=("optimal-code",))
    if status is Status.PROVED:
        pattern = next((signs for signs in PATTERNS[asserted] if found.implies(conditions, *signs)), None)
        if pattern is None:
            msg = "the conditions do not give the signs that the theorem needs"
            raise CertificateError(msg)
        if asserted == "no-collapse":
            _require_contrast(formal, pattern)
        _require_complete(found, pattern, evidence)
        text = "decomposition, lemmas and signs re-checked; the argument that joins them is text"
        return Finding(levels=_levels(finding.IDENTITY, finding.DECISION, *levels), text=text)
    if not set(texts_of(formal, "spaces") or SPACES) & {"finite"}:
        msg = "the explicit code is on a finite space, of which the statement does not speak"
        raise CertificateError(msg)
    if asserted == "no-collapse":
        _collapsed_optimum(formal, found, evidence)
    elif asserted == "unique":
        _two_optima(formal, found, evidence)
    else:
        _informative(formal, found, evidence)
    text = "an admissible explicit code breaks the statement, with exact values"
    return Finding(levels=_levels(finding.IDENTITY, finding.WITNESS, *levels), text=text)


def _require_complete(found: Master, pattern: tuple[str, ...], evidence: Pieces) -> None:
    """Refuse a proof that leaves out its decomposition, its lemmas, its argument or a decision on a sign."""
    kinds = {piece.get("kind") for piece in evidence}
    missing = [kind for kind in (finding.IDENTITY, "inequality", finding.ARGUMENT) if kind not in kinds]
    if missing:
        msg = f"the proof lacks evidence of kind {missing[0]!r}"
        raise CertificateError(msg)
    for piece in pieces_of([p for p in evidence if p.get("kind") == finding.IDENTITY], finding.IDENTITY):
        left = text_of(piece, "lhs")
        formal = {"lhs": left, "rhs": found.functional}
        prove(equality({}, left, found.functional), seed=seed_of(formal))
    decided = [text_of(piece, "then") for piece in evidence if piece.get("kind") == finding.DECISION]
    if not found.implies(decided, *pattern):
        msg = "the recorded decisions do not give the signs that the theorem needs"
        raise CertificateError(msg)


def _require_contrast(formal: Formal, pattern: tuple[str, ...]) -> None:
    """Refuse no-collapse where its theorem needs more of the data, or says nothing of densities."""
    if "d > 0" in pattern and not set(texts_of(formal, "data")) >= CONTRAST:
        msg = "no-collapse needs p != n and a ratio pn/pd that is not constant on the support of pd"
        raise CertificateError(msg)
    if "d = 0" in pattern and "densities" in (texts_of(formal, "spaces") or SPACES):
        msg = "on densities the loss is unbounded, so the statement would be empty there"
        raise CertificateError(msg)


def _levels(*reached: str) -> tuple[str, ...]:
    return tuple(level for level in finding.LEVELS if level in reached)


def _parameters(formal: Formal, piece: Mapping[str, Any]) -> list[str]:
    """Return the parameters of a code as equations, refusing values outside the conditions."""
    _require_kernel(mapping_of(piece, "space"))
    values = rationals(mapping_of(mapping_of(piece, "space"), "parameters", optional=True))
    space = Space(sizes={"x": 1, "z": 1}, functions={}, parameters=values)
    failed = broken(read_relations(texts_of(formal, "conditions")), space)
    if failed is not None:
        msg = f"the code does not meet the condition {failed.text!r}"
        raise CertificateError(msg)
    return [f"{name} = {value}" for name, value in values.items()]


def _compared(evidence: Pieces) -> list[Mapping[str, Any]]:
    found = [piece for piece in evidence if piece.get("kind") == "code" and "relation" in piece]
    if not found:
        msg = "the verdict needs an explicit code compared with a bound"
        raise CertificateError(msg)
    return found


def _informative(formal: Formal, found: Master, evidence: Pieces) -> None:
    """A code below, or informative and level with, r H(X): no collapsed pair has less than that."""
    piece = _compared(evidence)[0]
    fixed = _parameters(formal, piece)
    if not found.implies(fixed, "d = 0", "r > 0", *WEAK):
        msg = "the bound r H(X) for collapsed pairs needs r > 0, d = 0 and a divergence D >= 0"
        raise CertificateError(msg)
    loss, bound = value_on(piece, found.functional), value_on(piece, _collapsed(found))
    information = value_on(piece, blocks.BLOCKS[blocks.MI])
    below = logs.sign(loss - bound)
    if logs.sign(information) <= 0 or below > 0:
        msg = "the code carries no information, or its loss exceeds that of collapsed pairs"
        raise CertificateError(msg)
    if below == 0 and not found.implies(fixed, "kappa = 0"):
        msg = "the code is only level with collapsed pairs"
        raise CertificateError(msg)


def _two_optima(formal: Formal, found: Master, evidence: Pieces) -> None:
    """Two different codes that reach the lower bound r H(X) + kappa log 2 (I <= H(X) = log 2)."""
    pieces = _compared(evidence)
    if len(pieces) < 2:
        msg = "two codes are needed"
        raise CertificateError(msg)
    spaces = [mapping_of(piece, "space") for piece in pieces[:2]]
    codes = [mapping_of(space, "functions").get("q|") for space in spaces]
    if _numbers(codes[0]) == _numbers(codes[1]):
        msg = "the two codes are the same"
        raise CertificateError(msg)
    free = {"q|", "p|"}
    same = [{key: value for key, value in mapping_of(s, "functions").items() if key not in free} for s in spaces]
    if same[0] != same[1] or spaces[0].get("parameters") != spaces[1].get("parameters"):
        msg = "the two codes are on different spaces"
        raise CertificateError(msg)
    if [Fraction(str(mass)) for mass in same[0]["pd"]] != [Fraction(1, 2)] * 2:
        msg = "the bound I <= log 2 needs two equally likely x"
        raise CertificateError(msg)
    for piece in pieces[:2]:
        fixed = _parameters(formal, piece)
        if not found.implies(fixed, "d = 0", "r > 0", "kappa <= 0", *WEAK):
            msg = "the lower bound r H(X) + kappa log 2 needs r > 0, d = 0, kappa <= 0 and D >= 0"
            raise CertificateError(msg)
        bound = value_on(piece, f"{_collapsed(found)} + ({found.coefficients['kappa']})*log(2)")
        if value_on(piece, found.functional) != bound:
            msg = "a code does not reach the lower bound r H(X) + kappa log 2"
            raise CertificateError(msg)


def _numbers(table: Any) -> Any:
    return [_numbers(entry) for entry in table] if isinstance(table, list) else Fraction(str(table))


def _require_kernel(space: Mapping[str, Any]) -> None:
    """Accept a kernel whose matrix is diagonally dominant, hence positive semidefinite; MMD needs no less."""
    rows = _numbers(mapping_of(space, "functions").get("k", []))
    for place, row in enumerate(rows):
        if row[place] < sum(abs(entry) for other, entry in enumerate(row) if other != place):
            msg = "the kernel of the code is not visibly positive semidefinite (diagonally dominant)"
            raise CertificateError(msg)


def _collapsed(found: Master) -> str:
    return f"({found.coefficients['r']})*({blocks.DATA_ENTROPY})"


def _collapsed_optimum(formal: Formal, found: Master, evidence: Pieces) -> None:
    """A code that is stationary for a convex profile loss, and whose decoder does not depend on z."""
    for piece in pieces_of(evidence, "optimal-code", beside=("identity", "inequality", "code", "decision")):
        fixed = _parameters(formal, piece)
        if not found.implies(fixed, "r > 0", "kappa > 0", "d > 0", *WEAK):
            msg = "the profile loss is convex only for r > 0, kappa > 0, d > 0 and D convex"
            raise CertificateError(msg)
        definitions = read_definitions({"p(x|z)": POSTERIOR["p|"]})
        node = parse(found.functional)
        space = read_space(mapping_of(piece, "space"), signature([node], definitions), definitions)
        for text in texts_of(formal, "data"):
            require_data(text, space)
        evaluator = Evaluator(space, TrueLogarithms(), definitions)
        _require_stationary(evaluator, space, found)
        for x in range(space.sizes["x"]):
            masses = {evaluator.value(parse(POSTERIOR["p|"]), {"x": x, "z": z}) for z in range(space.sizes["z"])}
            if masses != {space.functions["pd"][(x,)]}:
                msg = "the decoder of the code depends on z, so the code has not collapsed"
                raise CertificateError(msg)


def _require_stationary(evaluator: Evaluator, space: Space, found: Master) -> None:
    """By the envelope theorem the profile loss has the derivative of the loss at the posterior decoder."""
    encoder = call_of_points("q(z|x)")
    definitions = read_definitions({"p(x|z)": POSTERIOR["p|"]})
    for x in range(space.sizes["x"]):
        slopes = {
            logs.lift(derivative(evaluator, definitions, parse(found.functional), encoder, {"x": x, "z": z}))
            for z in range(space.sizes["z"])
        }
        if len(slopes) != 1:
            msg = f"the code is not stationary at x = {x}"
            raise CertificateError(msg)


def require_data(text: str, space: Space) -> None:
    """Raise CertificateError where a condition on the densities, such as ``p != n``, fails on ``space``."""
    if text == VARYING_RATIO:
        data, noise = space.functions["pd"], space.functions["pn"]
        if len({noise[index] / mass for index, mass in data.items() if mass > 0}) < 2:
            msg = f"the code does not meet {text!r}"
            raise CertificateError(msg)
        return
    (relation,) = read_relations([text])
    left, right = grammar.render(relation.left), grammar.render(relation.right)
    if relation.operator == "!=" and {left, right} <= set(space.functions):
        if space.functions[left] == space.functions[right]:
            msg = f"the code does not meet {text!r}"
            raise CertificateError(msg)
        return
    for x in range(space.sizes["x"]):
        known = {name: space.functions[name][(x,)] for name in ("pd", "pn")}
        local = Space(sizes={"x": 1, "z": 1}, functions={}, parameters={**space.parameters, **known})
        if broken([relation], local) is not None:
            msg = f"the code does not meet {text!r} at x = {x}"
            raise CertificateError(msg)
