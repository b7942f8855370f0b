"""The command that analyses an objective: built-ins, texts, files, values, and what it refuses."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from variational import analyze, blocks
from variational.errors import InvalidInputError
from variational.objective import block
from variational.records import SPACES
from variational.user_objective import as_objective

ROOT = Path(__file__).resolve().parent.parent
VERDICTS = {"collapses", "no-collapse", "not-unique", "unbounded", "undecided"}
EXAMPLE = "examples/my_objective.py"
ISSUE = "recon + b*KL(q,p) - a*MI + l*JSD(g,p)"
OBJECTIVES = [
    *blocks.BUILT_IN,
    ISSUE,
    "recon + 2*KL(q,p) + s*MMD(g,p)",
    "b*KL(q,p) + d*KL(q,n;pn)",
    f"{EXAMPLE}:with_discrepancy",
    f"{EXAMPLE}:adversarial",
    f"{EXAMPLE}:written_out",
    f"{EXAMPLE}:chi_square",
]


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch):
    monkeypatch.chdir(ROOT)


def run(*arguments, **environment):
    command = [sys.executable, "-m", "variational.analyze", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def analysed(capsys, *arguments):
    assert analyze.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_json_has_the_documented_fields(objective, capsys):
    found = analysed(capsys, objective)
    assert list(found)[:5] == ["objective", "encoder", "decoder", "convex_if", "regimes"]
    assert found["objective"] == objective
    assert found["regimes"]
    for regime in found["regimes"]:
        assert list(regime)[:4] == ["condition", "spaces", "verdict", "evidence"]
        assert regime["verdict"] in VERDICTS
        assert set(regime["spaces"]) <= set(SPACES)
        assert all("kind" in piece for piece in regime["evidence"])
        assert regime["evidence"] or regime["verdict"] == "undecided"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_text_fits_80_columns_and_has_every_section(objective, capsys):
    assert analyze.main([objective]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    sections = ["Loss", "Decomposition", "Lagrangian", "Derivation", "Stationary point", "Convexity", "Regimes"]
    assert [line for line in lines if line in sections] == sections


@pytest.mark.parametrize(
    ("objective", "values"),
    [
        ("beta-vae", {"beta": ("1/2", "1", "2", "-1", "0")}),
        ("infovae", {"alpha": ("-1", "0", "1"), "lambda": ("-2", "0", "2")}),
        ("aae", {"lambda": ("-1", "0", "0.5")}),
        ("ncvae", {"beta": ("1/2", "1", "2"), "delta": ("-1", "0", "1")}),
        (ISSUE, {"a": ("0", "1"), "b": ("-1", "2"), "l": ("-5", "3")}),
    ],
)
def test_with_every_parameter_set_each_space_has_one_regime(objective, values, capsys):
    for position in range(max(map(len, values.values()))):
        chosen = {name: found[position % len(found)] for name, found in values.items()}
        found = analysed(capsys, objective, *(f"--set={name}={value}" for name, value in chosen.items()))
        spaces = [space for regime in found["regimes"] for space in regime["spaces"]]
        assert sorted(spaces) == sorted(SPACES)
        for regime in found["regimes"]:
            assert all(f"{name} = {Fraction(value)}" in regime["condition"] for name, value in chosen.items())


def test_the_sign_of_the_coefficient_of_the_information_decides(capsys):
    regimes = analysed(capsys, ISSUE, "--assume", "b > 0", "--assume", "l >= 0")["regimes"]
    verdicts = {}
    for regime in regimes:
        sign = next(mark for mark in ("b > a + 1", "b = a + 1", "b < a + 1") if mark in regime["condition"])
        verdicts |= {(sign, space): regime["verdict"] for space in regime["spaces"]}
        assert {"identity", "inequality", "argument"} <= {piece["kind"] for piece in regime["evidence"]}
    assert verdicts == {
        **{("b > a + 1", space): "collapses" for space in SPACES},
        **{("b = a + 1", space): "not-unique" for space in SPACES},
        ("b < a + 1", "finite"): "no-collapse",
        ("b < a + 1", "discrete-x"): "no-collapse",
        ("b < a + 1", "densities"): "unbounded",
    }


def test_the_two_sides_of_beta_one_differ(capsys):
    collapsed = analysed(capsys, "beta-vae", "--set", "beta=2")["regimes"]
    assert [(regime["verdict"], regime["spaces"]) for regime in collapsed] == [("collapses", list(SPACES))]
    kept = analysed(capsys, "beta-vae", "--set", "beta=1/2")["regimes"]
    assert {regime["verdict"] for regime in kept} == {"no-collapse", "unbounded"}


def test_decoder_and_encoder_are_derived(capsys):
    found = analysed(capsys, "beta-vae", "--set", "beta=3")
    assert found["decoder"] == "p(x|z) = pd(x)*q(z|x)/gamma(z)"
    assert found["encoder"].startswith("log(q(z|x)) = ")
    assert found["convex_if"] == "always"
    assert [step["title"] for step in found["steps"]][-1] == "Solve for log q(z|x)"


def test_where_the_loss_does_not_see_the_decoder_there_is_none(capsys):
    assert analysed(capsys, "KL(q,p)")["decoder"] is None


def test_an_objective_of_another_kind_has_its_equations_and_no_verdict(capsys):
    found = analysed(capsys, f"{EXAMPLE}:chi_square")
    assert found["encoder"].endswith(" = 0")
    (regime,) = found["regimes"]
    assert (regime["verdict"], regime["spaces"]) == ("undecided", list(SPACES))


def test_an_integral_written_out_is_recognised(capsys):
    written_out = analysed(capsys, f"{EXAMPLE}:written_out")["regimes"]
    named = analysed(capsys, "recon + strength*KL(q,p)", "--assume", "strength > 0")["regimes"]
    assert [regime["verdict"] for regime in written_out] == [regime["verdict"] for regime in named]


def test_signs_declared_in_a_file_are_assumed(capsys):
    conditions = [regime["condition"] for regime in analysed(capsys, f"{EXAMPLE}:with_discrepancy")["regimes"]]
    assert conditions
    assert all("strength > 0" in text and "weight > 0" in text for text in conditions)


def test_values_outside_what_a_paper_assumes_are_analysed_with_a_note(capsys):
    assert analyze.main(["aae", "--set", "lambda=-1", "--json"]) == 0
    assert "stated for lambda >= 0" in capsys.readouterr().err


def test_latex_is_one_environment(capsys):
    assert analyze.main(["ncvae", "--latex"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("\\begin{align*}\n")
    assert text.endswith("\\end{align*}\n")
    assert text.count("{") == text.count("}")


def test_piped_text_has_no_colour_and_does_not_depend_on_the_terminal():
    finished = run("beta-vae", COLUMNS="200", TERM="xterm-256color")
    assert finished.returncode == 0
    assert "\x1b" not in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


WRONG = {
    "no objective": ([], "required: OBJECTIVE"),
    "unknown built-in": (["ncvea"], "did you mean ncvae?"),
    "unknown term": (["recon + KL(q,q)"], "column 9: unknown term 'KL(q,q)'"),
    "unfinished": (["recon + beta*KL(q,p"], "column 20: expected ')'"),
    "empty": ([""], "the formula is empty"),
    "calls Python": (["__import__('os').system('true')"], "column 12: unexpected character"),
    "indexes Python": (["recon[0]"], "column 1: 'recon' cannot be indexed"),
    "attribute of Python": (["recon.__class__"], "column 6: unexpected character '.'"),
    "product of terms": (["recon*MI"], "linear in its terms"),
    "nothing left": (["a*recon", "--set", "a=0"], "nothing is left"),
    "not defined": (["recon + MI/a", "--set", "a=0"], "not defined at a = 0"),
    "too deep": (["(" * 80 + "MI" + ")" * 80], "nested deeper"),
    "unknown parameter": (["ncvae", "--set", "bta=1"], "unknown parameter 'bta' in --set; did you mean beta?"),
    "no parameter": (["recon + MI", "--set", "beta=1"], "has no parameter"),
    "nan": (["ncvae", "--set", "beta=nan"], "must be a finite number"),
    "inf": (["ncvae", "--set", "beta=-inf"], "must be a finite number"),
    "hexadecimal": (["ncvae", "--set", "beta=0x10"], "must be a finite number"),
    "too large": (["ncvae", "--set", "beta=1e999999999"], "must be a finite number"),
    "division by zero": (["ncvae", "--set", "beta=1/0"], "division by zero"),
    "value twice": (["ncvae", "--set", "beta=1", "--set", "beta=1"], "gives 'beta' twice"),
    "no value": (["ncvae", "--set", "beta"], "takes NAME=VALUE"),
    "no relation": (["ncvae", "--assume", "beta"], "expected a comparison"),
    "relation in another name": (["ncvae", "--assume", "bet > 0"], "unknown parameter 'bet' in --assume"),
    "relation with a call": (["ncvae", "--assume", "exp(beta) > 0"], "takes arithmetic in the parameters"),
    "relations that clash": (["ncvae", "--assume", "beta < 0", "--assume", "beta > 1"], "no values of the parameters"),
    "value against relation": (["ncvae", "--set", "beta=1", "--assume", "beta > 1"], "no values of the parameters"),
    "two forms": (["ncvae", "--json", "--latex"], "not allowed with argument"),
    "file without name": ([EXAMPLE], "names no objective"),
    "missing file": (["missing.py:loss"], "cannot read missing.py: No such file or directory"),
    "folder": ([".:loss"], "unexpected character"),
    "no such name": ([f"{EXAMPLE}:chisquare"], "did you mean chi_square?"),
    "of another type": ([f"{EXAMPLE}:x"], "depends on neither"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_answered_by_one_clear_line(arguments, message, capsys):
    try:
        status = analyze.main(arguments)
    except SystemExit as end:  # how argparse leaves
        status = end.code
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    first, *caret = printed.err.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert len(caret) in {0, 2}


def test_a_caret_stands_under_the_offending_column(capsys):
    analyze.main(["recon + beta*KL(q,q)"])
    _, shown, caret = capsys.readouterr().err.splitlines()
    assert shown[caret.index("^") :] == "KL(q,q)"


BROKEN_FILES = {
    "raises": ("import math\ndef f():\n    return 1/0\nloss = f()\n", "line 3: ZeroDivisionError: division by zero"),
    "raises elsewhere": ("import json\n\nloss = json.loads('')\n", "line 3: JSONDecodeError"),
    "syntax error": ("loss = (\n", "line 1: SyntaxError"),
    "missing module": ("\nimport no_such_module\n", "line 2: ModuleNotFoundError"),
    "ends the process": ("raise SystemExit(0)\n", "line 1: SystemExit"),
    "no text": ("loss = '\0'\n", "SyntaxError"),
    "other type": ("loss = 3\n", "is of type int; expected an Objective, a SymPy expression or a text"),
    "text": ("loss = 'recon +'\n", "column 8"),
    "infinite": ("import sympy\nfrom variational.objective import block\nloss = sympy.oo*block('MI')\n", "infinity"),
    "function": ("import sympy\nfrom variational.objective import block\nloss = sympy.sin(block('MI'))\n", "holds sin"),
    "name": (
        "import sympy\nfrom variational.objective import block\nloss = sympy.Symbol('a b')*block('MI')\n",
        "'a b'",
    ),
    "swapped": (
        "from variational.symbols import *\nx, z = point('x'), point('z')\nloss = Int(function('q|')(x, z), x, z)\n",
        "holds q(x|z); the arguments of this density read q(z|x)",
    ),
    "loose point": (
        "from variational.symbols import *\nx, z = point('x'), point('z')\nloss = Int(function('q|')(z, x), x)\n",
        "depends on the points z",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_bad_objective_file_is_answered_by_one_line(content, message, tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(content, encoding="utf-8")
    assert analyze.main([f"{file}:loss"]) == 2
    printed = capsys.readouterr()
    first, *caret = printed.err.splitlines()
    assert message in first
    assert "Traceback" not in printed.err
    assert len(caret) in {0, 2}


def test_what_a_file_prints_does_not_spoil_the_json(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text("print('hello')\nloss = 'recon + MI'\n", encoding="utf-8")
    assert analyze.main([f"{file}:loss", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)
    assert printed.err == "hello\n"


def test_a_decimal_in_a_file_is_taken_as_written():
    objective, _ = as_objective(block("recon") + 0.1 * block("MI"), name="loss")
    assert str(objective.coefficient("MI")) == "1/10"


def test_values_are_exact():
    texts = ["a=0.1", "b=3/4", "c=-2", "d=1e-3"]
    expected = {"a": Fraction(1, 10), "b": Fraction(3, 4), "c": Fraction(-2), "d": Fraction(1, 1000)}
    assert analyze.read_values(texts) == expected


def test_a_value_that_is_no_number_is_refused_in_process():
    with pytest.raises(InvalidInputError, match="finite number"):
        analyze.read_values(["beta=1_0"])


def test_importing_the_command_loads_no_heavy_library():
    code = "import sys, variational.analyze; print([m for m in ('sympy', 'z3', 'rich', 'flint') if m in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"
