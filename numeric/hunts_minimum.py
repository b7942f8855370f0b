"""Hunts for violations of claims about minima: codes of low loss, collapsed optima, enclosed optima."""

import dataclasses
import functools
import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from numeric.brackets import compare
from numeric.enclose import enclose
from numeric.float_values import Floats
from numeric.hunts import CLEAR, PARAMETERS, SIZES, Formal, accepted, to_json, violation
from numeric.information import DATA, NOISE, information_form
from numeric.instance import Instance
from numeric.lattice import WORST, Group, Layout, Point, probabilities, quarters
from numeric.solve import Solution, solve
from variational import blocks, grammar
from variational.errors import CertificateError, VaeproofError
from variational.recheck import rules_optimum
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.bracket import FAILS, check_brackets
from variational.recheck.certificate import as_json
from variational.recheck.conditions import hold, read_relations
from variational.recheck.exact import Evaluator, Index, Space, parse
from variational.recheck.logs import lift, sign
from variational.recheck.master import master
from variational.recheck.reading import read_space
from variational.recheck.signature import signature
from variational.recheck.tested import Tested, tested
from variational.records import Evidence

GAP = 1e-12  # nats, of the optima solved during a search
ROUND = 64  # largest denominator of an entry that is taken for rational
RATIONAL = 1e-8  # how near it must be to such a fraction


@dataclasses.dataclass(frozen=True)
class Code:
    """Statements that every minimum collapses, or is unique: codes with a loss below that of collapsed pairs.

    Losses without contrast; R = kappa I + D >= kappa I, and zero for the best collapsed pair.
    """

    formal: Formal

    @property
    def unique(self) -> bool:
        """Whether two codes that reach the lower bound are wanted instead of one below zero."""
        return bool(self.formal["asserts"] == "unique")

    @property
    def clear(self) -> float:
        """Return the score above which the exact check is asked."""
        return -CLEAR if self.unique else CLEAR

    @property
    def layouts(self) -> Sequence[Layout]:
        """Return one layout for each size: the data, the prior, one law of z for each x, the parameters."""
        number = len(grammar.parse_objective(self.formal["objective"]).parameters)
        own = (Group(name=PARAMETERS, size=number, least=-64, law=False),) if number else ()
        return tuple(
            (Group(name="pd", size=x, least=1), Group(name="p", size=z, least=1))
            + (Group(name="q", size=z, least=0),) * x
            + own
            for x, z in (SIZES[:1] if self.unique else SIZES)
        )

    def score(self, layout: Layout, point: Point) -> float:
        """Return how far the loss is below that of collapsed pairs, or minus its excess over kappa log 2."""
        space = self._space(layout, point)
        if not hold(
            read_relations(self.formal.get("conditions", ())),
            Space(sizes={"x": 1, "z": 1}, functions={}, parameters=space.parameters),
        ):
            return WORST
        form = information_form(self.formal["objective"], space.parameters)
        kappa, split = form.curvature[DATA], form.divergence_weight
        upper = form.aggregate_weight + kappa
        if form.curvature[NOISE] or upper < 0 or 2 * upper + split < 0:
            return WORST
        evaluator = Evaluator(space, Floats())
        terms = ((kappa, blocks.MI), (upper, blocks.KL_GP), (split, blocks.JSD_GP))
        loss = sum(float(weight) * evaluator.value(parse(blocks.BLOCKS[name]), {}) for weight, name in terms if weight)
        if not self.unique:
            return -float(loss)
        even = set(space.functions["pd"].values()) == {Fraction(1, 2)}
        if kappa > 0:
            return WORST
        return float(kappa) * math.log(2) - float(loss) - (0 if even else 1)

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:
        """Return the code, or for uniqueness two, compared exactly with the bound."""
        space = to_json(self._space(layout, point))
        coefficients = master(self.formal["objective"]).coefficients
        bound = f"({coefficients['r']})*({blocks.DATA_ENTROPY})"
        codes = [space]
        if self.unique:
            bound += f" + ({coefficients['kappa']})*log(2)"
            swapped = {**space["functions"], "q|": list(reversed(space["functions"]["q|"]))}
            codes.append({**space, "functions": swapped})
        loss = grammar.functional(self.formal["objective"])
        pieces = [_separation(code, loss, bound) for code in codes]
        return tuple(pieces) if accepted(rules_optimum.optimum, self.formal, *pieces) else ()

    def _space(self, layout: Layout, point: Point) -> Space:
        named = [(group.name, weights) for group, weights in zip(layout, point, strict=True)]
        data, prior = (probabilities(weights) for name, weights in named if name in {"pd", "p"})
        rows = [probabilities(weights) for name, weights in named if name == "q"]
        values = quarters(next((weights for name, weights in named if name == PARAMETERS), ()))
        names = grammar.parse_objective(self.formal["objective"]).parameters
        functions: dict[str, dict[Index, Fraction]] = {
            "pd": {(x,): mass for x, mass in enumerate(data)},
            "p": {(z,): mass for z, mass in enumerate(prior)},
            "q|": {(z, x): mass for x, row in enumerate(rows) for z, mass in enumerate(row)},
        }
        sizes = {"x": len(data), "z": len(prior)}
        return Space(sizes=sizes, functions=functions, parameters=dict(zip(names, values, strict=True)))


@dataclasses.dataclass(frozen=True)
class _Optima:
    """Points that stand for instances of a contrastive loss, solved in floating point."""

    formal: Formal

    @functools.cached_property
    def statement(self) -> Tested:
        """Return what an instance tests."""
        found = tested(as_json(self.formal))
        if found is None:
            msg = "the statement has no form that an instance could test"
            raise CertificateError(msg)
        return found

    @functools.cached_property
    def layouts(self) -> Sequence[Layout]:
        """Return one layout for each size: data, noise, the two priors, parameters."""
        names = self.statement.needed.parameters
        return tuple(
            (
                Group(name="pd", size=x, least=0),
                Group(name="pn", size=x, least=0),
                Group(name="p", size=z, least=1),
                Group(name="n", size=z, least=1),
                Group(name=PARAMETERS, size=len(names), least=-64, law=False),
            )
            for x, z in SIZES
        )

    def instance(self, point: Point) -> Instance:
        """Return the instance at a point."""
        data, noise, prior, noise_prior = (probabilities(weights) for weights in point[:4])
        statement = self.statement
        return Instance(
            objective=statement.objective,
            parameters=dict(zip(statement.needed.parameters, quarters(point[4]), strict=True)),
            data=data,
            noise=noise,
            prior=prior,
            noise_prior=noise_prior,
        )

    def solved(self, point: Point) -> tuple[Space, Solution] | None:
        """Return the space and the optimum in floating point; None where the statement says nothing of the point."""
        statement, instance = self.statement, self.instance(point)
        uniform = tuple((Fraction(1, len(instance.prior)),) * len(instance.prior) for _ in instance.data)
        try:
            space = read_space(instance.to_space(uniform), statement.needed, statement.definitions)
            statement.require_admissible(space)
            return space, solve(instance.problem, gap_tol=GAP)
        except VaeproofError:
            return None


@dataclasses.dataclass(frozen=True)
class Collapse(_Optima):
    """Statements that no optimum collapses: instances whose optimum carries no information."""

    clear: float = -CLEAR

    def score(self, layout: Layout, point: Point) -> float:  # noqa: ARG002 - the signature of a hunt
        """Return minus I(X;Z) at the optimum; a single x with data carries none by itself and is passed over."""
        if sum(weight > 0 for weight in point[0]) < 2:
            return WORST
        found = self.solved(point)
        return WORST if found is None else -found[1].mutual_information

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:  # noqa: ARG002 - the signature of a hunt
        """Return the optimal code if it is rational and stationary, exactly."""
        found = self.solved(point)
        if found is None:
            return ()
        rows = np.exp(found[1].log_encoder)
        code = tuple(tuple(Fraction(float(mass)).limit_denominator(ROUND) for mass in row) for row in rows)
        far = np.abs(rows - np.array([[float(mass) for mass in row] for row in code])).max()
        if not far < RATIONAL or any(sum(row) != 1 for row in code):
            return ()
        evidence = Evidence(
            kind="optimal-code",
            shows="the code is stationary for the convex profile loss, hence its minimum, and collapsed",
            data={"space": self.instance(point).to_space(code)},
        )
        return (evidence,) if accepted(rules_optimum.optimum, self.formal, evidence) else ()


@dataclasses.dataclass(frozen=True)
class AtOptimum(_Optima):
    """Statements that relate two quantities of an optimum: instances whose enclosed optimum breaks them."""

    clear: float = CLEAR

    def score(self, layout: Layout, point: Point) -> float:  # noqa: ARG002 - the signature of a hunt
        """Return the violation at the optimum in floating point."""
        found, statement = self.solved(point), self.statement
        if found is None:
            return WORST
        space, solution = found
        entries = np.exp(solution.log_encoder)
        places: dict[tuple[str, Index], float] = {
            ("q|", (z, x)): float(entries[x, z]) for x, z in np.ndindex(*entries.shape)
        }
        evaluator = Evaluator(space, Floats(), statement.definitions, overrides=places)
        try:
            left, right = (float(evaluator.value(side, {})) for side in statement.sides)
        except (VaeproofError, OverflowError):
            return WORST
        return violation(statement.relation, left, right)

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:  # noqa: ARG002 - the signature of a hunt
        """Return the enclosed optimum, if the balls show the violation and the verifier agrees."""
        try:
            compared = compare(self.formal, enclose(self.instance(point)))
            if compared.outcome != FAILS:
                return ()
            evidence = compared.to_evidence()
            check_brackets(as_json(self.formal), [json.loads(json.dumps(evidence.to_json()))])
        except VaeproofError:
            return ()
        return (evidence,)


def _separation(space: Mapping[str, Any], loss: str, bound: str) -> Evidence:
    """Return exact values of the loss and the bound at a code with its best decoder."""
    functions = space["functions"]
    data = [Fraction(mass) for mass in functions["pd"]]
    joint = [[mass * Fraction(entry) for mass, entry in zip(data, row, strict=True)] for row in functions["q|"]]
    posterior = [[mass / sum(row) for mass in row] if sum(row) else data for row in joint]
    decoder = [[str(column[x]) for column in posterior] for x in range(len(data))]
    here = {**space, "functions": {**functions, "p|": decoder}}
    known = read_space(here, signature([parse(loss), parse(bound)]))
    values = [lift(Evaluator(known, TrueLogarithms()).value(parse(text), {})) for text in (loss, bound)]
    relation = {-1: "<", 0: "=", 1: ">"}[sign(values[0] - values[1])]
    shown = [{"formula": text, "value": str(value)} for text, value in zip((loss, bound), values, strict=True)]
    data_of = {"space": here, "values": shown, "relation": relation}
    return Evidence(kind="code", shows="the loss of a code against the least of a collapsed pair", data=data_of)
