"""The master decomposition of an objective, rebuilt from its text alone, and what its coefficients imply."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

from variational import blocks, grammar
from variational.formula import ZERO, Node, Num, Op
from variational.recheck import smt
from variational.recheck.conditions import read_relations
from variational.recheck.finding import seed_of
from variational.recheck.pointwise import prove
from variational.recheck.rules_pointwise import equality


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Master:
    """Coefficients, as formula texts, of L = r (H + dec) + kappa I + B KL + l JSD + s MMD^2 + d E_pn KL(q||n).

    Attributes:
        functional: The loss with its building blocks written out.
        coefficients: ``r``, ``kappa``, ``B``, ``l``, ``s``, ``d``.
    """

    functional: str
    coefficients: Mapping[str, str]

    def implies(self, conditions: Sequence[str], *signs: str) -> bool:
        """Return whether z3 shows that ``conditions`` give the coefficients ``signs``, such as ``"kappa > 0"``."""
        return all(self._implied(conditions, sign) for sign in signs)

    def _implied(self, conditions: Sequence[str], sign: str) -> bool:
        name, mark, zero = sign.split()
        expressions = {**self.coefficients, **self._sums()}
        goal = read_relations([f"{expressions[name]} {mark} {zero}"])
        return smt.unsatisfiable(*smt.universal_query(read_relations(conditions), goal))

    def _sums(self) -> dict[str, str]:
        c = self.coefficients
        halves = f"2*({c['B']}) + ({c['l']})"
        return {"halves": halves, "strict": f"({c['B']}) + {halves}"}


# MMD is not counted as strict: a positive semidefinite kernel may vanish.
WEAK = ("B >= 0", "halves >= 0", "s >= 0")  # D is convex, non-negative and zero at gamma = p
STRICT = (*WEAK, "strict > 0")


@functools.cache
def master(objective: str) -> Master:
    """Return the decomposition of ``objective``, its identity checked exactly at random points.

    Raises:
        CertificateError: Where the identity fails.
        FormulaError: Where the objective does not parse.
    """
    terms = grammar.parse_objective(objective).terms

    def coefficient(name: str) -> Node:
        return terms.get(name, ZERO)

    recon, upper = coefficient(blocks.RECON), coefficient(blocks.KL_QP)
    nodes = {
        "r": recon,
        "kappa": Op("-", Op("+", upper, coefficient(blocks.MI)), recon),
        "B": Op("+", upper, coefficient(blocks.KL_GP)),
        "l": coefficient(blocks.JSD_GP),
        "s": coefficient(blocks.MMD_GP),
        "d": coefficient(blocks.KL_QN),
    }
    texts = {name: f"({grammar.render(node)})" for name, node in nodes.items()}
    pairs = (
        ("r", f"({blocks.DATA_ENTROPY})+({blocks.DECODER_GAP})"),
        ("kappa", blocks.BLOCKS[blocks.MI]),
        ("B", blocks.BLOCKS[blocks.KL_GP]),
        ("l", blocks.BLOCKS[blocks.JSD_GP]),
        ("s", blocks.BLOCKS[blocks.MMD_GP]),
        ("d", blocks.BLOCKS[blocks.KL_QN]),
    )
    split = " + ".join(f"{texts[name]}*({text})" for name, text in pairs if nodes[name] != Num(ZERO.value))
    functional = grammar.functional(objective)
    formal = {"kind": "identity", "lhs": functional, "rhs": split}
    prove(equality(formal, functional, split), seed=seed_of(formal))
    return Master(functional=functional, coefficients=texts)
