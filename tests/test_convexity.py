"""Joint convexity of the local integrand: the condition, the Hessian by other routes, the falling direction."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.finite import FLOATS, JETS, PARAMETERS, Jet, Space, random_space
from variational import blocks, collapse, convexity, grammar, smt
from variational.errors import NotCoveredError
from variational.objective import built_in, from_expression, from_text
from variational.recheck import logs
from variational.symbols import Int, function, point
from variational.translate import to_sympy

GENERAL = "recon + b*KL(q,p) - a*MI + l*JSD(g,p) + s*MMD(g,p) + beta*KL(q,n;pn)"
CONDITIONS = {
    "beta-vae": "beta >= 1",
    "infovae": "alpha <= 0",
    "aae": "never",
    "ncvae": "beta*pd + delta*pn >= pd",
    GENERAL: "b*pd + beta*pn >= a*pd + pd",
    "recon + KL(q,p) + delta*KL(q,n;pn)": "delta >= 0",
    "recon + KL(q,n;pn)": "pn >= pd",
    "r*recon + r*KL(q,p)": "r >= 0",
    "recon + 2*KL(q,p)": "always",
    "recon + 1/2*KL(q,p)": "never",
    "KL(q,p) + JSD(g,p)": "always",
    "-recon + 3*KL(q,p)": "never",
}


def objective_of(name):
    return built_in(name) if name in blocks.BUILT_IN else from_text(name)


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_condition_is_the_known_one(name):
    condition, _ = convexity.convex_condition(objective_of(name))
    assert condition == CONDITIONS[name]


@pytest.mark.parametrize("name", [name for name, text in CONDITIONS.items() if text != "never"])
def test_under_the_condition_every_minor_has_a_slack_beside_the_solver(name):
    _, evidence = convexity.convex_condition(objective_of(name))
    decisions = evidence[0].data["decisions"]
    assert len(decisions) == 3
    for entry in decisions:
        left, _, right = entry["then"].partition(">=")
        assert entry["slack"] is not None
        assert sp.expand(to_sympy(left) - to_sympy(right) - to_sympy(entry["slack"])) == 0


@pytest.mark.parametrize("name", ["beta-vae", "infovae", "aae", "ncvae", "-recon + 3*KL(q,p)"])
def test_where_the_condition_can_fail_a_falling_direction_is_shown(name):
    _, evidence = convexity.convex_condition(objective_of(name))
    assert evidence[-1].kind == "direction"
    assert evidence[-1].data["second"].startswith("-")


def test_a_functional_that_is_no_combination_is_refused():
    z = point("z")
    square = from_expression(Int(function("gamma")(z) ** 2, z), name="square")
    with pytest.raises(NotCoveredError, match="no combination"):
        convexity.convex_condition(square)


# --- the Hessian by other routes --------------------------------------------------------------------------

P, Q, PD, PN = sp.symbols("p q pd pn", positive=True)
# Integrands at one point; what depends on the aggregate, and what is linear in q, has no local second variation.
INTEGRANDS = {
    blocks.RECON: -PD * Q * sp.log(P),
    blocks.KL_QP: PD * Q * sp.log(Q),
    blocks.MI: PD * Q * sp.log(Q),
    blocks.KL_QN: PN * Q * sp.log(Q),
    blocks.KL_GP: sp.Integer(0),
    blocks.JSD_GP: sp.Integer(0),
    blocks.MMD_GP: sp.Integer(0),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_hessian_is_that_of_the_integrand_written_out(name):
    objective = objective_of(name)
    integrand = sum(objective.coefficient(block) * INTEGRANDS[block] for block in blocks.BLOCKS)
    expected = sp.hessian(integrand, (P, Q))
    found = convexity.local_hessian(objective.functional)
    assert sp.simplify(sp.Matrix(found.entries) - expected) == sp.zeros(2, 2)


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_determinant_is_the_weight_over_the_decoder_squared(name):
    objective = objective_of(name)
    parts = collapse.coefficients(objective)
    weight = parts.reconstruction * (parts.information * PD + parts.contrast * PN)
    assert sp.simplify(convexity.local_hessian(objective.functional).determinant - PD * weight / P**2) == 0


def twins(seed):
    """Return a space whose first two x agree in every density, and the table of a decoder and an encoder."""
    space = random_space(seed, JETS)
    tables = dict(space.tables)
    for key in ("pd", "pn"):
        tables[key] = tables[key].copy()
        tables[key][1] = tables[key][0]
    tables["q|"] = tables["q|"].copy()
    tables["q|"][:, 1] = tables["q|"][:, 0]
    tables["p|"] = tables["p|"].copy()
    tables["p|"][1, :] = tables["p|"][0, :]
    return Space(sizes=space.sizes, tables=tables, arithmetic=JETS, parameters={**PARAMETERS})


def second(space, text, first, other):
    """Return the exact second derivative in two entries of tables."""
    here = space
    for slot, (key, index) in (("first", first), ("second", other)):
        table = here.tables[key].copy()
        entry = table[index]
        moved = {"first": entry.first, "second": entry.second, slot: Fraction(1)}
        table[index] = Jet(entry.value, moved["first"], moved["second"])
        here = here.with_table(key, table)
    return here.value(text).both


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["recon + beta*KL(q,p)", GENERAL])
def test_the_hessian_is_the_exact_second_derivative_less_that_of_a_twin(name, seed):
    space, text = twins(seed), grammar.functional(name)
    decoder, encoder = ("p|", (0, 0)), ("q|", (0, 0))
    twin = {"p|": ("p|", (1, 0)), "q|": ("q|", (0, 1))}
    pairs = ((decoder, decoder), (decoder, encoder), (encoder, encoder))
    local = [second(space, text, a, b) - second(space, text, a, twin[b[0]]) for a, b in pairs]
    values = {
        "p": space.tables["p|"][0, 0].value,
        "q": space.tables["q|"][0, 0].value,
        "pd": space.tables["pd"][0].value,
        "pn": space.tables["pn"][0].value,
        **PARAMETERS,
    }
    (pp, pq), (_, qq) = convexity.local_hessian(from_text(name).functional).entries
    exact = [
        entry.subs({s: sp.Rational(*values[s.name].as_integer_ratio()) for s in entry.free_symbols})
        for entry in (pp, pq, qq)
    ]
    assert [sp.Rational(*value.as_integer_ratio()) for value in local] == exact


# --- the falling direction ----------------------------------------------------------------------------------

SMALL = st.integers(-9, 9).map(lambda value: Fraction(value, 3))


@settings(max_examples=60)
@given(values=st.fixed_dictionaries(dict.fromkeys(("a", "b", "l", "s", "beta"), SMALL)))
def test_the_falling_direction_is_negative_exactly_where_information_and_contrast_count_negative(values):
    objective = from_text(GENERAL)
    parts = collapse.coefficients(objective)
    weight = (parts.information + parts.contrast).subs(
        {sp.Symbol(name, real=True): sp.Rational(*value.as_integer_ratio()) for name, value in values.items()}
    )
    assert weight.is_Rational
    piece = convexity.witnesses.falling_direction(objective.functional, values)
    assert Fraction(piece.data["second"]) == 4 * Fraction(int(weight.p), int(weight.q))


def test_the_falling_direction_is_the_second_difference_of_the_loss():
    values = {"a": 2, "b": Fraction(1, 2), "l": 1, "s": 1, "beta": Fraction(1, 2)}
    piece = convexity.witnesses.falling_direction(from_text(GENERAL).functional, values)
    step = 1e-3

    def loss(size):
        flat = np.full((2, 2), 0.5) + size * np.array([[1.0, -1.0], [-1.0, 1.0]])
        tables = {key: np.array([0.5, 0.5]) for key in ("pd", "pn", "p", "n")} | {
            "q|": flat,
            "p|": flat,
            "k": np.eye(2),
        }
        floats = random_space(0, JETS, x=2)
        space = Space(sizes=floats.sizes, tables=tables, arithmetic=FLOATS, parameters=values)
        return space.value(grammar.functional(GENERAL))

    difference = (loss(step) - 2 * loss(0.0) + loss(-step)) / step**2
    assert abs(difference - float(Fraction(piece.data["second"]))) < 1e-3  # the error is of order step squared


@pytest.mark.parametrize(
    ("text", "given_relations", "fails"),
    [
        ("recon + beta*KL(q,p)", ["beta > 0"], True),
        ("recon + beta*KL(q,p)", ["beta >= 1"], False),
        ("recon + beta*KL(q,p)", ["beta > 999/1000"], True),
        ("recon + b*KL(q,p) - a*MI", ["b > a + 1"], False),
        ("recon + b*KL(q,p) - a*MI", ["b > a + 3/4"], True),
        ("recon + beta*KL(q,p) + delta*KL(q,n;pn)", ["beta > 1", "delta > 0"], False),
        ("recon + beta*KL(q,p) + delta*KL(q,n;pn)", ["beta > 1"], True),
    ],
)
def test_failing_parameters_meet_what_is_given_and_make_a_direction_fall(text, given_relations, fails):
    objective = from_text(text)
    found = convexity.failing_parameters(objective, given_relations)
    assert (found is not None) is fails
    if found is not None:
        assert all(smt.holds(relation, found) for relation in given_relations)
        piece = convexity.witnesses.falling_direction(objective.functional, found)
        assert logs.sign(logs.lift(Fraction(piece.data["second"]))) < 0
