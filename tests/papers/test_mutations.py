"""A claim altered in one sign, exponent, factor or hypothesis is not proved; a repaired misprint is."""

import dataclasses

import pytest

from tests.judged import verdict_of
from tests.papers.alterations import altered_field
from variational.decide import judge
from variational.papers.registry import find_claim
from variational.records import Status

RATIO = "pn/pd is not constant on the support of pd"
WEIGHT = "((beta-1)*pd(x)+delta*pn(x))"


# What is altered -> claim, field, before, after.
MUTATIONS = {
    # regimes of the parameters
    "Theorem 2 below one": ("ncvae:thm2.corrected", "conditions", "beta > 1", "beta > 0"),
    "Theorem 2 at one": ("ncvae:thm2.corrected", "conditions", "beta > 1", "beta >= 1"),
    "Corollary 2.1 below one": ("ncvae:cor2.1.corrected", "conditions", "beta > 1", "beta > 0"),
    "Corollary 2.1 above one": ("ncvae:cor2.1.below-one", "conditions", "beta < 1", "beta < 2"),
    "Theorem 3 for positive alpha": ("ncvae:thm3.corrected", "conditions", "alpha < 0", "alpha > 0"),
    "Theorem 3 at lambda = 0": ("ncvae:thm3.corrected", "conditions", "lambda > 0", "lambda >= 0"),
    "Corollary 3.1 for small positive alpha": ("ncvae:cor3.1.corrected", "conditions", "alpha < 0", "alpha < 1"),
    "Theorem 4 for negative lambda": ("ncvae:thm4.corrected", "conditions", "lambda > 0", "lambda > -1"),
    "Theorem 4 on densities": ("ncvae:thm4.corrected", "spaces", "discrete-x", "densities"),
    "Theorem 5 below one": ("ncvae:thm5", "conditions", "beta > 1", "beta > 0"),
    "Theorem 5 for any delta": ("ncvae:thm5", "conditions", "delta > 0", None),
    "Theorem 5 with information rewarded": ("ncvae:thm5", "objective", "recon", "recon - MI"),
    "Theorem 6 without p != n": ("ncvae:thm6.corrected", "data", "p != n", None),
    "Theorem 6 without the ratio": ("ncvae:thm6.corrected", "data", RATIO, None),
    "Theorem 6 with p_d != p_n": ("ncvae:thm6.corrected", "data", RATIO, "pd != pn"),
    "Theorem 6 below one": ("ncvae:thm6.corrected", "conditions", "beta > 1", "beta > 0"),
    "least information at alpha = 0": ("ncvae:eq6.paren.corrected", "conditions", "alpha < 0", "alpha <= 0"),
    # convexity
    "convex down to one half": ("ncvae:sec4.strategy.corrected", "conditions", "beta >= 1", "beta > 1/2"),
    "convex integrand down to one half": ("ncvae:eq33.corrected", "conditions", "beta > 1", "beta > 1/2"),
    "NC-VAE convex below one": ("ncvae:thm5.convexity", "conditions", "beta > 1", "beta > 0"),
    "NC-VAE convex for negative delta": ("ncvae:thm5.convexity", "conditions", "delta > 0", "delta < 0"),
    # losses and identities
    "(3) with beta for beta - 1": ("ncvae:eq3.decomposition", "rhs", "(beta-1)", "beta"),
    "(3) with the divergence subtracted": ("ncvae:eq3.decomposition", "rhs", "+ beta*", "- beta*"),
    "(12) with beta - 2": ("ncvae:eq12.decomposition", "rhs", "(beta-1)", "(beta-2)"),
    "(28) with mass two": ("ncvae:eq4.eq28", "rhs", "1", "2"),
    "(10) with log 2 for 2 log 2": ("ncvae:eq10.corrected.value", "rhs", "2*log(2)", "log(2)"),
    "(45) with half the divergence": ("ncvae:eq45.loss", "rhs", "lambda/2", "lambda/4"),
    "(34) with alpha for 1 - alpha": ("ncvae:eq34.integrals", "rhs", "(1-alpha)", "alpha"),
    "(84) with D for D/2": ("ncvae:eq81.eq84", "rhs", "D/2", "D"),
    "(17) with K for K^2": ("ncvae:eq17.variance", "lhs", "K^2", "K"),
    "(69) without beta": ("ncvae:eq65.eq69", "rhs", "beta*pd(x)", "pd(x)"),
    "Lemma 1 normalised over one point": ("ncvae:lem1.decoder", "rhs", "int[x'](a(x'))", "int[x'](a(x))"),
    # derivatives
    "(26) with the other sign": ("ncvae:eq4.eq26", "kernel", "-pd(x)", "pd(x)"),
    "(39) without p_d": ("ncvae:eq34.eq39", "kernel", "(1-alpha)*pd(x)", "(1-alpha)"),
    "(50) with half the divergence": ("ncvae:eq45.eq50", "kernel", "lambda/2", "lambda/4"),
    "(51) without p_d": ("ncvae:eq45.eq51", "kernel", "w(z)*pd(x)", "w(z)"),
    "(62) without the noise": ("ncvae:eq14.eq62", "kernel", "(beta*pd(x)+delta*pn(x))", "beta*pd(x)"),
    "(33) with q squared": ("ncvae:eq33.encoder", "diagonal", "q(z|x)", "q(z|x)^2"),
    "(43) with p for p^2": ("ncvae:eq34.eq43", "diagonal", "p(x|z)^2", "p(x|z)"),
    "(55) twice": ("ncvae:eq55.value", "diagonal", "lambda/2", "lambda"),
    "square of the aggregate, once": ("controls:derivative.true", "kernel", "2*", ""),
    # stationary points
    "(4) with p_n for p_d": ("ncvae:eq4.decoder", "rhs", "pd(x)", "pn(x)"),
    "(4) with twice the multiplier": ("ncvae:eq4.decoder", "mu", "gamma(z)", "2*gamma(z)"),
    "(5) with gamma^(-beta/(beta-1))": ("ncvae:eq5.factorised", "rhs", "- 1/(beta-1)", "- beta/(beta-1)"),
    "(5) with -1 for -beta": ("ncvae:eq5.corrected", "rhs", "- beta +", "- 1 +"),
    "(8) with p(z)^(lambda/alpha)": ("ncvae:eq8.corrected", "rhs", "- lambda/alpha", "+ lambda/alpha"),
    "(8) with lambda - alpha": ("ncvae:eq8.corrected", "rhs", "(alpha+lambda)", "(lambda-alpha)"),
    "(8) at alpha = 0": ("ncvae:eq8.corrected", "conditions", "alpha != 0", None),
    "(11) with the whole divergence": ("ncvae:eq11.encoder", "rhs", "lambda/2", "lambda"),
    "(11) decoder with half the divergence": ("ncvae:eq11.decoder", "rhs", "lambda/2", "lambda/4"),
    "(14) with p(z)^(1/(beta-1))": ("ncvae:eq14.encoder", "rhs", "beta/(beta-1)*log(p(z))", "1/(beta-1)*log(p(z))"),
    "(14) with n(z) below": ("ncvae:eq14.encoder", "rhs", f"+ delta*pn(x)/{WEIGHT}", f"- delta*pn(x)/{WEIGHT}"),
    "(30) with exponent beta": ("ncvae:eq25.eq30", "rhs", "1/beta*log(p(x|z))", "beta*log(p(x|z))"),
    "gamma^(-1/c) for gamma^(-p_d/c)": ("ncvae:eq80.encoder.corrected", "rhs", f"pd(x)/{WEIGHT}", f"1/{WEIGHT}"),
    # inequalities
    "(4) optimal, reversed": ("ncvae:eq4.optimal", "relation", ">=", "<="),
    "ELBO reversed": ("ncvae:eq1.corrected", "relation", ">=", "<="),
    "Jensen strict": ("ncvae:eq81.jensen", "relation", ">=", ">"),
    "KL[s||t] strict": ("ncvae:eq88.divergence", "relation", ">=", ">"),
    "G with 1 - b": ("ncvae:eq16.mean", "lhs", "(1+b(x))", "(1-b(x))"),
    "positive for any beta": ("ncvae:eq33.encoder-sign", "conditions", "beta > 0", None),
    "bounded by H(X) below one": ("ncvae:positivity.corrected", "conditions", "beta >= 1", "beta > 0"),
    # statements about numbers
    "Gaussian divergence, twice": ("controls:gaussian-integral.true", "value", "n/2", "n"),
    "Gaussian divergence with + log": ("controls:gaussian-integral.true", "value", "- log(s^2)", "+ log(s^2)"),
    "entropy without e": ("controls:real-identity.true", "rhs", "1/2 + log(s)", "log(s)"),
    "Chernoff's bound reversed": (
        "controls:real-inequality.true",
        "then",
        "erfc(t) <= exp(-t^2)",
        "erfc(t) >= exp(-t^2)",
    ),
    "the logarithm alone": ("controls:limit.true", "expr", "c^2/(8*l^2)", "l^2"),
    "a negative power": ("controls:limit.true", "expr", "c^2", "-c^2"),
    "a minimum too high": ("controls:infimum.true", "value", "1 + log(a)", "2 + log(a)"),
    "a positive infimum of a square": ("controls:infimum.positive", "expr", "1 + s^2", "s^2"),
    "a table that falls": ("controls:table.true", "then", "KL' > KL", "KL' < KL"),
    "an eigenvalue of three": ("controls:matrix.true", "then", "A <= 3*identity(2)", "A < 3*identity(2)"),
    # statements about all values
    "local minimum without F > G": ("ncvae:thm8.i", "given", "F > G", None),
    "maximum without M >= G": ("ncvae:thm8.eq22.corrected", "given", "M >= G", None),
    "(44) without g >= t": ("ncvae:eq44.corrected", "given", "g >= t", None),
    "(44) up to alpha = 2": ("ncvae:eq44.corrected", "given", "alpha <= 1", "alpha <= 2"),
    "(20) at f = g": ("ncvae:thm8.eq20.corrected", "given", "(f-g)^2 > 0", None),
    "tangent without cell 3": ("ncvae:thm8.conclusion", "given", "s3 >= -l*(d1 + d2)", None),
    "strong convexity for modulus 2": ("ncvae:appA.strong.finite", "given", "m <= 1", "m <= 2"),
}


def test_the_originals_of_all_mutations_are_proved():
    originals = sorted({claim_id for claim_id, *_ in MUTATIONS.values()})
    verdicts = {claim_id: verdict_of(claim_id) for claim_id in originals}
    assert {claim_id: found.reason for claim_id, found in verdicts.items() if found.status is not Status.PROVED} == {}


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_claim_is_not_proved(name):
    verdict = judge(altered_field(*MUTATIONS[name]), find_claim)
    assert verdict.status in {Status.REFUTED, Status.UNDECIDED, Status.SUPPORTED}, verdict.reason


# Of the alterations above, those that a witness on two or three points must refute outright.
@pytest.mark.parametrize(
    "name",
    [
        "Theorem 2 below one",
        "Theorem 3 for positive alpha",
        "Theorem 6 with p_d != p_n",
        "convex down to one half",
        "NC-VAE convex below one",
        "(3) with beta for beta - 1",
        "(26) with the other sign",
        "(45) with half the divergence",
        "(11) with the whole divergence",
        "(8) with p(z)^(lambda/alpha)",
        "ELBO reversed",
        "(44) up to alpha = 2",
        "(84) with D for D/2",
    ],
)
def test_an_altered_claim_with_a_small_counterexample_is_refuted(name):
    verdict = judge(altered_field(*MUTATIONS[name]), find_claim)
    assert verdict.status is Status.REFUTED, verdict.reason


SLACKED = ("ncvae:eq1.corrected", "ncvae:eq4.optimal", "ncvae:eq88.divergence", "ncvae:positivity.corrected")


@pytest.mark.parametrize("claim_id", SLACKED)
@pytest.mark.parametrize("change", ["2*({})", "({}) + 1", "-({})", "0", "({}) + int[z](p(z)*phi(n(z)))"])
def test_a_wrong_slack_proves_nothing(claim_id, change):
    claim = find_claim(claim_id)
    assert verdict_of(claim_id).status is Status.PROVED
    wrong = dataclasses.replace(claim, hints={"slack": change.format(claim.hints["slack"])})
    assert judge(wrong, find_claim).status is Status.UNDECIDED


@pytest.mark.parametrize("claim_id", SLACKED)
def test_a_slack_whose_sign_does_not_show_proves_nothing(claim_id):
    claim = find_claim(claim_id)
    sides = claim.formal
    hidden = dataclasses.replace(claim, hints={"slack": f"({sides['lhs']}) - ({sides['rhs']})"})
    assert judge(hidden, find_claim).status is Status.UNDECIDED


@pytest.mark.parametrize("claim_id", SLACKED)
def test_without_its_slack_a_true_inequality_is_undecided(claim_id):
    claim = dataclasses.replace(find_claim(claim_id), hints={})
    assert judge(claim, find_claim).status is Status.UNDECIDED


@pytest.mark.parametrize("lost", range(2))
def test_a_conjunction_with_an_altered_part_is_not_proved(lost):
    whole = find_claim("ncvae:eq11")
    name = whole.formal["of"][lost]
    mutant = altered_field(name, "rhs", "lambda/2", "lambda/4")

    def find(claim_id):
        return mutant if claim_id == name else find_claim(claim_id)

    assert judge(whole, find_claim).status is Status.PROVED
    assert judge(whole, find).status is Status.REFUTED


# Misprinted claim -> field, before (None for all of it, in braces after), after.
REPAIRS = {
    "ncvae:eq5.closed-form": ("rhs", "- 1 +", "- beta +"),
    "ncvae:eq8.encoder": ("conditions", "alpha != 1", "alpha != 0"),
    "ncvae:eq10.value": ("rhs", None, "2*({}) - 2*log(2)"),
    "ncvae:eq33.convexity": ("conditions", "beta > 0", "beta > 1"),
    "ncvae:eq33.minimum": ("conditions", "beta > 0", "beta > 1"),
    "ncvae:eq35.eq36": ("kernel", None, "-({})"),
    "ncvae:eq35.eq47": ("kernel", None, "-({})"),
    "ncvae:eq55.middle": ("diagonal", "pd(x)*pd(x)^2", "pd(x)^2"),
    "ncvae:eq65.eq66": ("rhs", "m(z)", "pn(x)"),
    "ncvae:eq65.eq67": ("rhs", "m(z)", "pn(x)"),
    "ncvae:eq78.harmonic": ("lhs", None, "({})^2"),
    "ncvae:eq80.encoder": ("rhs", f"1/{WEIGHT}", f"pd(x)/{WEIGHT}"),
    "ncvae:cor2.1": ("conditions", "beta > 0", "beta > 1"),
    "ncvae:cor3.1": ("conditions", "alpha != 1", "alpha < 0"),
    "ncvae:cor4.1": ("asserts", "collapses", "no-collapse"),
    "ncvae:thm2": ("conditions", "beta > 0", "beta > 1"),
    "ncvae:thm6": ("data", "pd != pn", RATIO),
    "controls:convex.false": ("objective", "1/2", "3/2"),
    "controls:derivative.false": ("kernel", "pd(x)", "2*pd(x)"),
    "controls:identity.false": ("lhs", "gamma(z)", "p(z)"),
    "controls:optimum.false": ("objective", "1/2", "3/2"),
    "controls:second-derivative.false": ("diagonal", "pd(x)", "pd(x)^2"),
    "controls:stationary.false": ("rhs", "- log(p(z))", "+ log(p(z))"),
}


@pytest.mark.parametrize("claim_id", REPAIRS)
def test_a_repaired_misprint_is_proved(claim_id):
    field, old, new = REPAIRS[claim_id]
    misprinted = find_claim(claim_id)
    before = misprinted.formal[field]
    if old is None:
        repaired = dataclasses.replace(misprinted, formal={**misprinted.formal, field: new.format(before)})
    else:
        repaired = altered_field(claim_id, field, old, new)
    assert judge(misprinted, find_claim).status is Status.REFUTED
    verdict = judge(repaired, find_claim)
    assert verdict.status is Status.PROVED, verdict.reason
