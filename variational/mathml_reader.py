"""Reading LaTeX: the atoms of a formula as MathML, with what matters for breaking lines."""

import dataclasses
import html
import re
from collections.abc import Sequence
from typing import NoReturn

from variational.errors import InvalidInputError
from variational.mathml_symbols import ACCENTS, FUNCTIONS, IDENTIFIERS, LETTERS, OPERATORS, SPACES, WITH_LIMITS

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[A-Za-z]{3,}|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")  # a name written in letters, such as nc-vae
TEXTS = frozenset({r"\text", r"\textrm", r"\textit", r"\textbf", r"\mbox"})
UPRIGHT = frozenset({r"\mathrm", r"\operatorname", r"\operatorname*", r"\mathsf", r"\rm"})
FONTS = frozenset({r"\mathcal", r"\mathbb", r"\mathbf", r"\boldsymbol", r"\bm", r"\mathscr", r"\mathfrak", r"\mathit"})
SIZES = {r"\big": 1.2, r"\Big": 1.8, r"\bigg": 2.4, r"\Bigg": 3.0}
FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", r"\{": "{", r"\}": "}", "|": "|", r"\|": "∥", r"\Vert": "∥"} | {
    r"\langle": "⟨", r"\rangle": "⟩", r"\lVert": "∥", r"\rVert": "∥", r"\lvert": "|", r"\rvert": "|",
    r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\vert": "|", r"\mid": "|", "/": "/",
}  # fmt: skip
OPENING = frozenset({"(", "[", "{", "⟨", "⌊"})
CLOSING = frozenset({")", "]", "}", "⟩", "⌋"})
BREAKS = frozenset("=≥≤<>+-−±,;∝→⇒∼≠∈≈:") | {":=", "=:"}  # a line may break at these


@dataclasses.dataclass(frozen=True, slots=True)
class Atom:
    """One atom of a formula.

    Attributes:
        markup: Its MathML, one element.
        mark: The operator that it is, or that it carries scripts on.
        limits: Whether its scripts stand below and above it.
        wide: Whether it is a wide space.
        sign: Whether it is a sign that belongs to what follows.
    """

    markup: str
    mark: str = ""
    limits: bool = False
    wide: bool = False
    sign: bool = False


def joined(atoms: Sequence[Atom]) -> str:
    """Return the atoms as one element."""
    inside = "".join(atom.markup for atom in atoms)
    return inside if len(atoms) == 1 else f"<mrow>{inside}</mrow>"


class Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, latex: str) -> None:
        """Take the text of a formula; ``index`` is the place of the next token."""
        self.latex = latex
        self.tokens: list[str] = TOKEN.findall(latex)
        self.index = 0

    def fail(self, message: str) -> NoReturn:
        """Raise InvalidInputError with the whole text."""
        msg = f"{message} in the LaTeX {self.latex!r}"
        raise InvalidInputError(msg)

    def peek(self) -> str:
        """Return the next token, nothing at the end."""
        return self.tokens[self.index] if self.index < len(self.tokens) else ""

    def take(self) -> str:
        """Return the next token and go on."""
        if self.index >= len(self.tokens):
            self.fail("something is missing at the end")
        self.index += 1
        return self.tokens[self.index - 1]

    def skip_blanks(self) -> None:
        """Go on to a token that is no blank."""
        while self.peek().isspace():
            self.index += 1

    def raw(self) -> str:
        """Return the text of a group as it is written, without its braces."""
        self.skip_blanks()
        if self.take() != "{":
            self.fail("expected '{'")
        start, depth = self.index, 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
        return "".join(self.tokens[start : self.index - 1])

    def atoms(self, *ends: str) -> list[Atom]:
        """Return the atoms up to one of the tokens ``ends``, which is taken, or to the end of the text."""
        found: list[Atom] = []
        while True:
            self.skip_blanks()
            if not self.peek() and not ends:
                return found
            if not self.peek():
                self.fail(f"expected {' or '.join(ends)}")
            if self.peek() in ends:
                self.take()
                return found
            found.append(self.scripted(found))

    def scripted(self, before: Sequence[Atom]) -> Atom:
        """Return one atom with its sub- and superscript."""
        base = Atom("<mrow></mrow>") if self.peek() in {"_", "^"} else self.atom(before)
        below = above = primes = ""
        while True:
            self.skip_blanks()
            if self.peek() == "_" and not below:
                self.take()
                below = self.argument()
            elif self.peek() == "^" and not above:
                self.take()
                above = self.argument()
            elif self.peek() == "'":
                self.take()
                primes += "<mo>′</mo>"
            else:
                break
        above = f"<mrow>{primes}{above}</mrow>" if primes else above
        if not below and not above:
            return base
        kind = {(True, False): "sub", (False, True): "sup", (True, True): "subsup"}[bool(below), bool(above)]
        if base.limits:
            kind = kind.replace("sub", "under").replace("sup", "over")
        shown = base.markup
        if "minsize" in shown:  # a bracket that is the whole base of a script would keep the size of the text
            shown = f"<mrow>{shown}<mi></mi></mrow>"
        return Atom(f"<m{kind}>{shown}{below}{above}</m{kind}>", base.mark)

    def argument(self) -> str:
        """Return the next group or atom as one element."""
        self.skip_blanks()
        if self.peek() != "{":
            if len(self.peek()) > 1 and self.peek().isalnum():  # LaTeX takes one letter or digit
                self.tokens[self.index : self.index + 1] = list(self.peek())
            return self.atom(()).markup
        start = self.index
        written = self.raw()
        if WORD.fullmatch(written) and len(written) > 2:
            return f"<mi>{written}</mi>"
        self.index = start + 1
        return joined(self.atoms("}"))

    def atom(self, before: Sequence[Atom]) -> Atom:
        """Return the next atom without its scripts; ``before`` are those on the same level."""
        token = self.take()
        if token == "{":
            return Atom(joined(self.atoms("}")))
        if token[0].isdigit():
            return Atom(f"<mn>{token}</mn>")
        if token[0].isalpha():
            return Atom(f"<mi>{token}</mi>")
        if token in TEXTS:
            return Atom(f"<mtext>{html.escape(self.raw()).replace(' ', chr(160))}</mtext>")
        if token in IDENTIFIERS:
            return Atom(f"<mi>{IDENTIFIERS[token]}</mi>")
        if token in FUNCTIONS:
            self.skip_blanks()
            space = "0" if _begins(before) else "0.17em"
            form = f'lspace="{space}" rspace="{"0" if self.peek() in FENCES else "0.17em"}"'
            return Atom(f"<mo {form}>{FUNCTIONS[token]}</mo>", limits=token in WITH_LIMITS)
        if token in SPACES:
            return Atom(f'<mspace width="{SPACES[token]}em"></mspace>', wide=SPACES[token] >= 1)
        if token in FENCES:
            return _fence(FENCES[token])
        if token in OPERATORS:
            return self.operator(token, before)
        return self.command(token)

    def operator(self, token: str, before: Sequence[Atom]) -> Atom:
        """Return an operator, a sign where nothing is before it that it could join."""
        shown = OPERATORS[token]
        if token in {":", "="} and self.peek() == ("=" if token == ":" else ":"):
            self.take()
            shown = ":=" if token == ":" else "=:"
        if token in WITH_LIMITS:
            return Atom(f"<mo>{shown}</mo>", limits=True)
        signs = shown in {"−", "+", "±"}
        if signs and _begins(before):
            return Atom(f'<mo form="prefix" lspace="0" rspace="0">{shown}</mo>', shown, sign=True)
        return Atom(f"<mo{_infix(shown)}>{html.escape(shown)}</mo>", shown)

    def command(self, token: str) -> Atom:
        """Return what a command with arguments makes."""
        if token in {r"\frac", r"\tfrac", r"\dfrac"}:
            above, below = self.argument(), self.argument()
            style = {r"\dfrac": ' displaystyle="true"', r"\tfrac": ' displaystyle="false"'}.get(token, "")
            return Atom(f"<mfrac{style}>{above}{below}</mfrac>")
        if token == r"\sqrt":
            return Atom(f"<msqrt>{self.argument()}</msqrt>")
        if token in ACCENTS:
            mark, place = ACCENTS[token]
            accent = ' accent="true"' if place == "over" else ' accentunder="true"'
            stretchy = "true" if token.startswith((r"\over", r"\under", r"\wide")) else "false"
            return Atom(f'<m{place}{accent}>{self.argument()}<mo stretchy="{stretchy}">{mark}</mo></m{place}>')
        if token in UPRIGHT:
            return Atom(f'<mi mathvariant="normal">{html.escape(self.raw())}</mi>')
        if token in FONTS:
            return Atom(f"<mi>{self.lettered(token)}</mi>")
        size = SIZES.get(token.rstrip("lrm")) if token not in SIZES else SIZES[token]
        if size is not None:
            self.skip_blanks()
            fence = self.take()
            return _fence(FENCES[fence], size=size) if fence in FENCES else self.fail(f"{fence!r} is no bracket")
        if token == r"\left":
            return self.stretched()
        return self.fail(f"unknown command {token!r}")

    def lettered(self, font: str) -> str:
        """Return letters in a font that Unicode has letters for; others stay as they are, for the style to set."""
        self.skip_blanks()
        written = self.raw() if self.peek() == "{" else self.take()
        if written in IDENTIFIERS:
            return IDENTIFIERS[written]
        return "".join(LETTERS[font](letter) if font in LETTERS else letter for letter in written)

    def stretched(self) -> Atom:
        r"""Return what stands between ``\left`` and ``\right``, in brackets of its height."""
        self.skip_blanks()
        left = FENCES.get(self.take(), "")  # a point stands for none
        inside = joined(self.atoms(r"\right"))
        self.skip_blanks()
        right = FENCES.get(self.take(), "")
        fences = [f'<mo stretchy="true">{mark}</mo>' if mark else "" for mark in (left, right)]
        return Atom(f"<mrow>{fences[0]}{inside}{fences[1]}</mrow>")


def _begins(before: Sequence[Atom]) -> bool:
    """Tell whether what follows ``before`` begins a term: a sign there belongs to the term alone."""
    return not before or before[-1].mark in BREAKS | OPENING | {"|", "∥"} or before[-1].wide


def _infix(mark: str) -> str:
    """Return the attributes of an operator between two things: its spaces, as they are at the end of a line too."""
    if mark in {",", ";"}:
        return ' form="infix" lspace="0" rspace="0.2em"'
    wide = 0.22 if mark in {"+", "−", "±"} else 0.28 if mark in BREAKS else None
    return "" if wide is None else f' form="infix" lspace="{wide}em" rspace="{wide}em"'


def _fence(mark: str, *, size: float | None = None) -> Atom:
    """Return a bracket of the size of the text, or of a fixed size; a bar stands close to its neighbours."""
    form = 'form="prefix"' if mark in OPENING else 'form="infix"' if mark in {"|", "∥", "/"} else 'form="postfix"'
    space = {"|": ' lspace="0.08em" rspace="0.08em"', "∥": ' lspace="0.2em" rspace="0.2em"'}.get(mark, "")
    space = ' lspace="0" rspace="0"' if mark == "/" else space
    stretch = "" if size is None else f' symmetric="true" minsize="{size}em" maxsize="{size}em"'
    return Atom(f'<mo {form} stretchy="{"false" if size is None else "true"}"{space}{stretch}>{mark}</mo>', mark)
