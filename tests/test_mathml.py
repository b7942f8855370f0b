"""LaTeX and formulas as MathML: every claim renders, nothing is lost, lines may break where they should."""

import re
import xml.etree.ElementTree as ET

import pytest

from variational import formula_mathml, mathml
from variational.errors import InvalidInputError
from variational.papers import registry

CLAIMS = (*registry.claims(), *registry.claims("controls"))
ELEMENTS = {
    "math", "mfrac", "mi", "mn", "mo", "mover", "mrow", "mspace", "msqrt", "msub", "msubsup", "msup", "mtext",
    "munder", "munderover",
}  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}


def tree(markup):
    return ET.fromstring(f"<p>{markup}</p>")


def text_of(markup):
    return "".join(tree(markup).itertext())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_renders_as_wellformed_mathml_core(claim):
    made = tree(mathml.statement(claim.printed))
    for element in made.iter():
        if element.tag in CHILDREN:
            assert len(element) == CHILDREN[element.tag], ET.tostring(element)
    assert {element.tag for math in made.iter("math") for element in math.iter()} <= ELEMENTS
    assert "\\" not in text_of(mathml.statement(claim.printed))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_no_word_and_no_digit_of_a_claim_is_lost(claim):
    shown = re.sub(r"[^a-zA-Z0-9]", "", text_of(mathml.statement(claim.printed)))
    texts = " ".join(text for words, text in mathml.segments(claim.printed) if words)
    for word in re.findall(r"[a-zA-Z0-9]+", texts):
        assert word in shown
    assert sorted(re.findall(r"\d", claim.printed)) == sorted(re.findall(r"\d", shown))


RENDERED = {
    r"\beta^2": "<msup><mi>β</mi><mn>2</mn></msup>",
    r"q^*_\phi": "<msubsup><mi>q</mi><mi>ϕ</mi><mo>*</mo></msubsup>",
    r"\frac12": "<mfrac><mn>1</mn><mn>2</mn></mfrac>",
    r"\mathcal{L}_{nc-vae}": "<msub><mi>ℒ</mi><mi>nc-vae</mi></msub>",
    r"\mathbb{E}": "<mi>𝔼</mi>",
    r"\sqrt{x}": "<msqrt><mi>x</mi></msqrt>",
    "a.": "<mrow><mi>a</mi><mo>.</mo></mrow>",
    r"f'": "<msup><mi>f</mi><mrow><mo>′</mo></mrow></msup>",
}


@pytest.mark.parametrize(("latex", "inside"), RENDERED.items(), ids=RENDERED)
def test_latex_is_rendered_as_expected(latex, inside):
    assert mathml.to_mathml(latex) == f"<math>{inside}</math>"


def test_a_minus_is_a_sign_at_the_start_and_an_operator_between():
    assert 'form="prefix"' in mathml.to_mathml("-a")
    assert 'form="prefix"' in mathml.to_mathml("b = -a").split("−")[0].rpartition("<mo")[2]
    assert 'form="infix"' in mathml.to_mathml("b - a")


def test_min_has_what_is_minimised_below_it():
    assert "<munder>" in mathml.to_mathml(r"\min_{\sigma > 0} f")


def test_a_statement_breaks_between_words_groups_and_terms_only():
    shown = mathml.statement(r"\text{if } a > 0 \text{, then } b = f(c + d) - e, \quad g \ge 1")
    assert shown.startswith("if <span")
    pieces = ["".join(math.itertext()) for math in tree(shown).iter("math")]
    assert pieces == ["a", ">0", "b", "=f(c", "+d)", "−e,", "g", "≥1"]
    assert shown.count('class="keep then"') == 1


def test_a_comma_in_brackets_parts_no_group():
    assert "then" not in mathml.statement("f(a, b)")


def test_what_is_special_in_html_is_escaped():
    assert text_of(mathml.statement(r"\text{a < b \& c} < d")) == "a < b \\& c <d"


WRONG = [r"\unknowncommand", r"\frac{a}", r"{a", r"a_", r"\big a", r"\left( a", r"\text a"]


@pytest.mark.parametrize("latex", WRONG)
def test_latex_that_is_not_known_is_refused_with_its_text(latex):
    with pytest.raises(InvalidInputError) as caught:
        mathml.statement(latex)
    assert latex in str(caught.value)


FORMULAS = {
    "int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))": "∫x,zpd(x)q(z|x)log(q(z|x)γ(z))",
    "a - (b - c)": "a−(b−c)",
    "(a + b)*c": "(a+b)c",
    "-(a + b)": "−(a+b)",
    "a^(b + 1)": "ab+1",
    "(-1)^n": "(−1)n",
    "1/2*log(2) >= 0": "12log(2)≥0",
    "(1)*(a - b) + (c)": "a−b+c",
    "a - 1*(b - c)": "a−(b−c)",
    "f(x1, x')": "f(x1,x′)",
    "a*(1/2)": "a12",
    "(a/b)^2": "(ab)2",
    "2*3": "2⋅3",
    "lambda_0": "λ0",
}


@pytest.mark.parametrize(("text", "shown"), FORMULAS.items(), ids=FORMULAS)
def test_a_formula_keeps_the_brackets_it_needs(text, shown):
    found = text_of(formula_mathml.to_mathml(text))
    assert found.replace("\u2061", "").replace("\u2062", "") == shown


@pytest.mark.parametrize("text", ["no formula at all", "a <", "; assert", "never", ""])
def test_what_is_no_formula_is_left_to_the_caller(text):
    found = formula_mathml.to_mathml(text)
    assert found is None or text_of(found) == text
