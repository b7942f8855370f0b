"""Layout of text for people: wrapping of formulas and prose, tables, and where colour is used."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from variational.records import Evidence

PIPED_WIDTH = 80
WIDEST = 100  # longer lines of prose are hard to read
NARROWEST = 40
INDENT = "  "
LABEL = 13  # width of the label column of a block

COLOURS = {
    "PROVED": "green",
    "REFUTED": "red",
    "SUPPORTED": "cyan",
    "DOUBTED": "magenta",
    "UNDECIDED": "yellow",
    "collapses": "red",
    "no-collapse": "green",
    "not-unique": "magenta",
    "unbounded": "magenta",
    "undecided": "yellow",
}
OPENING, CLOSING = "([{", ")]}"


def console(stream: TextIO | None = None) -> Console:
    """Return a console: 80 columns where piped, colour on a terminal only, NO_COLOR respected."""
    file = sys.stdout if stream is None else stream
    terminal = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=False)
    terminal.width = max(NARROWEST, min(terminal.width, WIDEST)) if terminal.is_terminal else PIPED_WIDTH
    return terminal


def coloured(word: str) -> Text:
    """Return a verdict in its colour."""
    return Text(word, style=COLOURS.get(word, ""))


def heading(screen: Console, title: str) -> None:
    """Print the title of a section."""
    screen.print()
    screen.print(Text(title, style="bold"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, fixed: Iterable[str] = ()) -> Table:
    """Return a table without vertical rules; nothing is cut off, long cells are folded.

    Args:
        columns: Headings.
        rows: Cells.
        fixed: Headings of the columns whose cells are not to be broken.
    """
    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold", no_wrap=name in set(fixed))
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return made


def at_points(name: str, width: int) -> str:
    r"""Return a name in lines of at most ``width`` columns where it can be broken after its points.

    Example:
        >>> at_points("ncvae:thm7.equality.corrected", 20)
        'ncvae:thm7.equality.\ncorrected'
    """
    lines = [""]
    for piece in re.findall(r"[^.]*\.|[^.]+", name):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def show_table(screen: Console, made: Table) -> None:
    """Print a table, without the blanks that fill its last column."""
    with screen.capture() as captured:
        screen.print(made)
    for line in captured.get().splitlines():
        screen.file.write(line.rstrip() + "\n")


def field(screen: Console, label: str, lines: Iterable[str | Text]) -> None:
    """Print ``label`` with its lines beside it; the lines are wrapped already (see :func:`room`)."""
    head = label
    for line in lines:
        start = Text(INDENT + (head.ljust(LABEL) if line else head), style="dim")
        screen.print(start + (line if isinstance(line, Text) else Text(line)), soft_wrap=True)
        head = ""


def room(screen: Console) -> int:
    """Return the columns left for the lines of a field."""
    return screen.width - len(INDENT) - LABEL


def prose(text: str, width: int, *, bullet: str = "") -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns, the first after ``bullet``.

    Lines break at spaces; a longer word breaks after an operator or bracket, as LaTeX and formulas allow.

    Example:
        >>> prose("one two three", 9, bullet="- ")
        ['- one two', '  three']
    """
    available = width - len(bullet)
    lines: list[str] = []
    line = ""
    for whole in text.split():
        joined = f"{line} {whole}" if line else whole
        if len(joined) <= available:
            line = joined
            continue
        if line:
            lines.append(line)
        pieces = _broken(whole, available)
        lines += pieces[:-1]
        line = pieces[-1]
    lines.append(line)
    return [(bullet if index == 0 else " " * len(bullet)) + line for index, line in enumerate(lines)]


def _broken(word: str, width: int) -> list[str]:
    """Return ``word`` in pieces of at most ``width``, broken at an operator or LaTeX command if possible."""
    pieces = []
    while len(word) > width:
        places = [found.start() for found in re.finditer(r"(?<=[-+*/=,;)}\]])|(?=\\)", word[: width + 1])]
        cut = max((place for place in places if width // 3 <= place <= width), default=width)
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]


def formula(text: str, width: int) -> list[str]:
    """Return a formula or equation in lines of at most ``width``, broken at the outermost operators first.

    Example:
        >>> formula("a = first*(b + c) + second*(d + e)", 24)
        ['a = first*(b + c)', '    + second*(d + e)']
    """
    if len(text) <= width:
        return [text]
    sides = _split(text, ("=", "<", ">", "<=", ">=", "!="))
    if len(sides) == 1:
        return _expression(text, width)
    left, right = sides[0], " ".join(sides[1:])
    if len(right) <= width // 6:
        return _expression(left, width, suffix=f" {right}")
    if len(left) <= width // 3:
        mark, _, rest = right.partition(" ")
        return _expression(rest, width, prefix=f"{left} {mark} ")
    return _expression(left, width) + _expression(right, width - 4, margin=4)


def _expression(text: str, width: int, *, margin: int = 0, prefix: str = "", suffix: str = "") -> list[str]:
    """Return ``prefix + text + suffix`` in lines; ``prefix`` is at its column, the others have a margin."""
    head = prefix or " " * margin
    if len(head) + len(text) + len(suffix) <= width:
        return [head + text + suffix]
    for pieces, step in ((_split(text, ("+", "-")), 4), (_factors(text), 2)):
        if len(pieces) > 1:
            pieces[-1] += suffix
            return _filled(pieces, width, margin=margin + (step if margin == 0 else 2), head=head)
    opened = re.match(r"([-+]? ?[*/]?\w*(?:\[[^\]]*\])?\()(.*)(\)\S*)$", text)
    if opened and opened.group(2):
        before, inside, after = opened.groups()
        return _expression(inside, width, margin=margin + 2, prefix=head + before, suffix=after + suffix)
    broken = prose(head.lstrip() + text + suffix, width - margin)
    return [" " * (len(head) - len(head.lstrip())) + broken[0], *(" " * margin + line for line in broken[1:])]


def _filled(pieces: Sequence[str], width: int, *, margin: int, head: str) -> list[str]:
    """Fill lines with pieces; a piece too long for a line of its own is broken further."""
    lines: list[str] = []
    line = head
    for piece in pieces:
        glue = "" if line == head or not line.strip() or piece[0] in "*/" else " "
        if len(line) + len(glue) + len(piece) <= width:
            line += glue + piece
            continue
        fits = margin + len(piece) <= width
        if line.strip() and (fits or len(line) > width // 2) and line != head:
            lines.append(line)
            line, glue = " " * margin, ""
        inner = _expression(piece, width, margin=margin, prefix=line + glue)
        lines += inner[:-1]
        line = inner[-1]
    return [*lines, line]


def _split(text: str, marks: Sequence[str]) -> list[str]:
    """Return the parts of ``text`` between operators that stand outside all brackets, spaces around them."""
    pieces, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in OPENING) - (letter in CLOSING)
        if depth == 0 and letter == " " and index > start and text[index + 1 :].split(" ", 1)[0] in marks:
            pieces.append(text[start:index])
            start = index + 1
    return [*pieces, text[start:]]


def _factors(text: str) -> list[str]:
    """Return the factors of a product, each with its sign ``*`` or ``/`` in front."""
    pieces, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in OPENING) - (letter in CLOSING)
        single = text[index - 1 : index] != "*" and text[index + 1 : index + 2] != "*"
        if depth == 0 and letter in "*/" and index > start and (letter == "/" or single):
            pieces.append(text[start:index])
            start = index
    return [*pieces, text[start:]]


def evidence_lines(pieces: Iterable[Evidence], width: int, *, said: Iterable[str] = ()) -> list[str]:
    """Return what the pieces of evidence show, by kind; texts in ``said`` are not repeated.

    Several texts of a kind stand one below the other, unless they fit on one line.
    """
    kinds: dict[str, list[str]] = {}
    for piece in pieces:
        shown = kinds.setdefault(piece.kind, [])
        if piece.shows not in shown and piece.shows not in said:
            shown.append(piece.shows)
    lines: list[str] = []
    for kind, shown in kinds.items():
        together = prose("; ".join(shown) or "as above", width, bullet=f"{kind}: ")
        if len(shown) > 1 and len(together) > 1:
            lines += [f"{kind}:", *(line for text in shown for line in prose(text, width, bullet="- "))]
        else:
            lines += together
    return lines


def counted(number: int, noun: str) -> str:
    """Return number and noun, with a plural s.

    Example:
        >>> counted(2, "claim")
        '2 claims'
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: Iterable[Any]) -> str:
    """Return the words joined by commas."""
    return ", ".join(map(str, words))
