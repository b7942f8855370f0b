"""LaTeX of printed statements as MathML: the commands that papers use in formulas, no macros and no environments."""

import html
import re
from collections.abc import Sequence

from variational.mathml_reader import BREAKS, CLOSING, OPENING, TEXTS, Atom, Reader, joined


def to_mathml(latex: str) -> str:
    r"""Return a formula as one ``math`` element, which no line breaks.

    Raises:
        InvalidInputError: Where the LaTeX holds a command that is not known here, or a brace is missing.

    Example:
        >>> to_mathml(r"\beta^2")
        '<math><msup><mi>β</mi><mn>2</mn></msup></math>'
    """
    return f"<math>{joined(Reader(latex).atoms())}</math>"


def statement(latex: str) -> str:
    """Return a statement as HTML: words as text, formulas as MathML in pieces between which a line may break.

    A group of pieces between commas or words stays together where there is room for it.

    Raises:
        InvalidInputError: As in :func:`to_mathml`.
    """
    made = []
    for words, text in segments(latex):
        if words:
            made.append(html.escape(text))
        else:
            space = " " if made and made[-1][-1].isalpha() else ""
            made.append(space + _set(_groups(Reader(text).atoms())))
    return "".join(made)


def segments(latex: str) -> list[tuple[bool, str]]:
    r"""Return the words and formulas of a statement in order, each with whether it is words.

    Example:
        >>> segments(r"\text{if } a > 0 \text{, then } b")
        [(True, 'if '), (False, 'a > 0'), (True, ', then '), (False, 'b')]
    """
    reader = Reader(latex)
    found: list[tuple[bool, str]] = []
    start = reader.index
    while reader.index < len(reader.tokens):
        before = reader.index
        token = reader.take()
        if token in TEXTS:
            _add(found, words=False, text="".join(reader.tokens[start:before]))
            _add(found, words=True, text=reader.raw())
            start = reader.index
        elif token == "{":
            reader.index = before
            reader.raw()
    _add(found, words=False, text="".join(reader.tokens[start:]))
    return found


def _add(found: list[tuple[bool, str]], *, words: bool, text: str) -> None:
    if not words:
        text = text.strip()
    if words and found and found[-1][0]:  # two texts in a row: LaTeX ignores the blank between them
        found[-1] = (True, re.sub(r" +", " ", found[-1][1] + text))
    elif text:
        found.append((words, text))


def _set(groups: Sequence[Sequence[Sequence[str]]]) -> str:
    """Return the pieces of a formula; each group and each term of it stays on one line where there is room."""
    shown: list[str] = []
    for group in groups:
        terms = ["<wbr/>".join(f"<math>{piece}</math>" for piece in term) for term in group]
        inside = "<wbr/>".join(
            f'<span class="keep">{made}</span>' if len(term) > 1 < len(group) else made
            for term, made in zip(group, terms, strict=True)
        )
        shown.append(f'<span class="keep{" then" if shown else ""}">{inside}</span>')
    return " ".join(shown)


def _groups(atoms: Sequence[Atom]) -> list[list[list[str]]]:
    """Return a formula as groups, parted by commas and wide spaces, of terms, of pieces.

    Groups and terms end outside brackets only; pieces end at any sign or comma.
    """
    groups: list[list[list[str]]] = [[[""]]]
    depth = 0
    for atom in atoms:
        ends = atom.mark in {",", ";"}
        if atom.mark in BREAKS and not ends and not atom.sign and groups[-1][-1][-1]:
            if depth <= 0:
                groups[-1].append([""])
            else:
                groups[-1][-1].append("")
        if not atom.wide:  # between groups the page has a space of its own
            groups[-1][-1][-1] += atom.markup
        depth += (atom.mark in OPENING) - (atom.mark in CLOSING)
        if depth <= 0 and (ends or atom.wide):
            groups.append([[""]])
        elif ends:
            groups[-1][-1].append("")
    kept = [[[piece for piece in term if piece] for term in group] for group in groups]
    return [[term for term in group if term] for group in kept if any(map(any, group))]
