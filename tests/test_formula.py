"""The formula language: what parses to what, and where the text is refused."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variational.errors import FormulaError, InvalidInputError
from variational.formula import MAX_DEPTH, Call, Int, Name, Num, Op, parse


def number(value):
    return Num(Fraction(value))


def arithmetic(node):
    """Return the exact value of a tree of numbers."""
    if isinstance(node, Num):
        return node.value
    left, right = arithmetic(node.left), arithmetic(node.right)
    match node.symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    return left ** int(right)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("0.125", Fraction(1, 8)),
        ("007", 7),
        ("10-4-3", 3),
        ("24/4/3", 2),
        ("24/4*3", 18),
        ("2+3*4", 14),
        ("(2+3)*4", 20),
        ("2*3^2", 18),
        ("(2*3)^2", 36),
        ("2^3^2", 512),
        ("(2^3)^2", 64),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-3", Fraction(1, 8)),
        ("-2^-2", Fraction(-1, 4)),
        ("2^-3^2", Fraction(1, 512)),
        ("--2", 2),
        ("-+-+2", 2),
        ("+2", 2),
        ("3--2", 5),
        ("3*-2", -6),
        ("3/-2*4", -6),
        ("-2*3", -6),
        ("2**3", 8),
        ("2 ** - 3", Fraction(1, 8)),
        ("1-2^2*3+8/4/2", -10),
        ("\t1 +\n 2 ", 3),
    ],
)
def test_arithmetic_follows_the_usual_precedence(text, value):
    assert arithmetic(parse(text)) == value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", Name("a")),
        ("_a1'", Name("_a1'")),
        ("-a", Op("-", number(0), Name("a"))),
        ("a-b-c", Op("-", Op("-", Name("a"), Name("b")), Name("c"))),
        ("a/b/c", Op("/", Op("/", Name("a"), Name("b")), Name("c"))),
        ("a^-b", Op("^", Name("a"), Op("-", number(0), Name("b")))),
        ("q(z|x)", Call("q", (Name("z"), Name("x")), ("|",))),
        ("KL(q,n;pn)", Call("KL", (Name("q"), Name("n"), Name("pn")), (",", ";"))),
        ("p(x''|z')", Call("p", (Name("x''"), Name("z'")), ("|",))),
        ("int[x, z](f(x,z))", Int(("x", "z"), Call("f", (Name("x"), Name("z")), (",",)))),
        ("2*int[z'](1)", Op("*", number(2), Int(("z'",), number(1)))),
    ],
)
def test_a_text_parses_to_its_tree(text, tree):
    assert parse(text) == tree


def test_the_prior_and_the_decoder_have_different_keys():
    assert (parse("p(z)").key, parse("p(x|z)").key, parse("p(x,z)").key) == ("p", "p|", "p")


def test_a_name_knows_its_column():
    assert parse("  1+abc").right.column == 5
    assert parse("1+f(x)").right.column == 3
    assert parse("1+f(x)").right.args[0].column == 5


REFUSED = [
    # text, column
    ("", 1),
    ("   ", 1),
    ("1+", 3),
    ("1+ ", 3),
    ("*2", 1),
    ("2 3", 3),
    ("2a", 2),
    ("1e5", 2),
    ("1.", 2),
    (".5", 1),
    ("1..2", 2),
    ("a b", 3),
    ("(1", 3),
    ("1)", 2),
    ("()", 2),
    ("f()", 3),
    ("f(x", 4),
    ("f(x,)", 5),
    ("f(,x)", 3),
    ("f(x y)", 5),
    ("f(x||z)", 5),
    ("a,b", 2),
    ("a|b", 2),
    ("2^", 3),
    ("2^^3", 3),
    ("2***3", 4),
    ("a//b", 3),
    ("a%b", 2),
    ("a=b", 2),
    ("a<b", 2),
    ("a;b", 2),
    ("a:b", 2),
    ("a!", 2),
    ("a&b", 2),
    ("a@b", 2),
    ("a\\b", 2),
    ("int[x]", 7),
    ("int[](1)", 5),
    ("int[x,](1)", 7),
    ("int[x z](1)", 7),
    ("int[a](1)", 5),
    ("int[2](1)", 5),
    ("int[x;z](1)", 6),
    ("int[x](1", 9),
    ("int[x]1", 7),
    ("int[x,x](g(x))", 7),
    ("int[x,z,x](g(x))", 9),
    ("sum[x](1)", 1),
    ("1+q[x]", 3),
    # attempts to reach Python
    ("__import__('os')", 12),
    ("q.__class__", 2),
    ("a.b", 2),
    ("a[0]", 1),
    ("().x", 3),
    ("lambda: 0", 7),
    ("f(x)(y)", 5),
    ("f(x)[0]", 5),
    ("'a'", 1),
    ('"a"', 1),
    ("{1}", 1),
    ("[1]", 1),
    ("f(*a)", 3),
    ("f(a=1)", 4),
    ("a if b else c", 3),
    ("print(1);exit(1)", 9),
    ("#", 1),
    ("`a`", 1),
    ("$a", 1),
    # other alphabets
    ("α", 1),
    ("2*β", 3),
    ("∫f", 1),
    ("x²", 2),
    ("2−1", 2),
    ("2×3", 2),
    ("½", 1),
    ("٣", 1),
    ("1+３", 3),
    ("1.٣", 2),
    ("a\u200bb", 2),
    ("a\x00b", 2),
    ("ｑ(z)", 1),
    ("x′", 2),
    ("\ud800", 1),
]


@pytest.mark.parametrize(("text", "column"), REFUSED)
def test_a_malformed_formula_is_refused_with_its_column(text, column):
    with pytest.raises(FormulaError, match=rf"^column {column}: ") as caught:
        parse(text)
    assert caught.value.column == column
    assert caught.value.text == text
    assert isinstance(caught.value, InvalidInputError)


@pytest.mark.parametrize("name", ["nan", "inf", "NaN", "Infinity", "infinity", "oo", "zoo"])
def test_a_name_that_reads_as_no_finite_number_is_refused(name):
    for text in (name, f"2*{name}", f"f({name})", f"-{name}"):
        with pytest.raises(FormulaError):
            parse(text)


@pytest.mark.parametrize(
    "text", ["int", "int(x)", "log", "2*log", "exp+1", "log()", "log(a,b)", "exp(a|b)", "sqrt(a;b)", "phi(a,b)"]
)
def test_a_built_in_function_takes_one_argument_and_is_no_name(text):
    with pytest.raises(FormulaError):
        parse(text)


def test_the_caret_stands_under_the_column():
    with pytest.raises(FormulaError) as caught:
        parse("1 + $")
    formula, caret = caught.value.shown().splitlines()
    assert formula[caret.index("^")] == "$"


NESTINGS = {
    "parentheses": ("(", "1", ")"),
    "calls": ("f(", "x", ")"),
    "integrals": ("int[x](", "1", ")"),
    "powers": ("2^", "1", ""),
    "powers of negatives": ("2^-", "1", ""),
    "logs of sums": ("log(1+", "x", ")"),
}


@pytest.mark.parametrize("kind", NESTINGS)
def test_nesting_is_bounded(kind):
    opening, core, closing = NESTINGS[kind]
    parse(opening * (MAX_DEPTH - 1) + core + closing * (MAX_DEPTH - 1))
    for depth in (MAX_DEPTH, 10 * MAX_DEPTH, 5000):
        with pytest.raises(FormulaError, match="nested deeper"):
            parse(opening * depth + core + closing * depth)


def test_depth_is_counted_along_one_branch():
    branch = "(" * 40 + "1" + ")" * 40
    assert arithmetic(parse("+".join([branch] * 5))) == 5
    assert arithmetic(parse("2^(1)^(1)*" * 50 + "1")) == 2**50


def test_signs_do_not_count_as_nesting():
    assert arithmetic(parse("-" * 5001 + "2")) == -2


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_a_long_formula_is_read_or_refused_and_never_crashes(operator):
    text = operator.join(["a"] * 20_000)
    try:
        node = parse(text)
    except FormulaError:
        return
    for _ in range(19_999):
        assert isinstance(node, Op)
        node = node.left
    assert node == Name("a")


def error_of(text):
    """Return the error that a text raises, None if it parses."""
    try:
        parse(text)
    except FormulaError as error:
        return error
    return None


@given(text=st.text(max_size=40) | st.text(alphabet="0123456789.+-*/^()[],;|xzqpint' ", max_size=30))
def test_any_text_parses_or_is_refused_at_a_column(text):
    error = error_of(text)
    assert error is None or 1 <= error.column <= len(text) + 1


@given(data=st.data())
def test_arithmetic_agrees_with_python(data):
    operands = st.sampled_from(["2", "3", "-5", "(7-4)", "3**2", "-2**2", "2**-1"])
    tokens = [data.draw(operands)]
    for _ in range(data.draw(st.integers(1, 8))):
        tokens += [data.draw(st.sampled_from("+-*/")), data.draw(operands)]
    text = "".join(tokens)
    exact = eval(re.sub(r"(\d)", r"Fraction(\1)", text))  # the text is made of the tokens above
    assert arithmetic(parse(text)) == exact
