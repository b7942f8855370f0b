"""The table of a study as text of 80 columns, Markdown, CSV and LaTeX."""

import csv
import io
import textwrap
from collections.abc import Callable, Mapping

from vae_models.studies.table import Entry, Order, Table

WIDTH = 80
_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "_": r"\_",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "$": r"\$",
        "{": r"\{",
        "}": r"\}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)


def as_text(table: Table) -> str:
    """Return the table for a terminal: a block for each row, a line for each number."""
    head = f"  {'':<44}{'printed':>10}{'ours':>11}{'+-':>9} {'n':>2}"
    lines = [*textwrap.wrap(f"{table.study}: {table.summary}", WIDTH), "", head, "-" * WIDTH]
    numbers = _numbered(table)
    for row in table.rows:
        lines.append(row.name[:WIDTH])
        if row.chosen:
            lines += textwrap.wrap(f"chosen: {row.chosen}", WIDTH, initial_indent="  ", subsequent_indent="    ")
        for entry in row.entries:
            flags = "".join(f"[{numbers[mark]}]" for mark in entry.marks)
            said = "" if entry.agrees is None else " ok" if entry.agrees else " differs"
            lines.append(
                f"  {table.headings[entry.metric].in_text[:44]:<44}{_shown(entry.printed):>10}{_shown(entry.ours):>11}"
                f"{_shown(entry.error, digits=2):>9} {entry.seeds:>2}"
            )
            if flags or said:
                lines.append(f"    {flags}{said}".rstrip())
    lines.append("")
    for paragraph in (*_findings(table), *_orders(table), *_footnotes(table), *table.notes):
        lines += textwrap.wrap(paragraph, WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


LEGEND = "Each number: ours ± standard error over seeds (printed value), then whether they agree."


def cells_of(table: Table) -> list[list[str]]:
    """Return the name of each row and its numbers, as papers print them: ours ± standard error (printed)."""
    numbers = _numbered(table)
    return [
        [
            f"{row.name} ({row.chosen})" if row.chosen else row.name,
            *(_joined(entry, "±", "".join(f"[{numbers[mark]}]" for mark in entry.marks)) for entry in row.entries),
        ]
        for row in table.rows
    ]


def sentences_of(table: Table) -> list[str]:
    """Return what the table shows, its footnotes, and what its reader must know, a sentence or more each."""
    found = (*_findings(table), *_orders(table), *_footnotes(table), *table.notes)
    return [text.replace("+-", "±") for text in found]


def as_markdown(table: Table) -> str:
    """Return the table as printed in papers, a column for each metric: ours +- standard error (printed)."""
    columns = [heading.in_text for heading in table.headings.values()]
    lines = [
        f"## {table.study}: {table.summary}",
        "",
        LEGEND,
        "",
        "| | " + " | ".join(columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name, *cells in cells_of(table):
        lines.append(f"| {name.replace('|', chr(92) + '|')} | " + " | ".join(cells) + " |")
    for items in (_findings(table), _orders(table)):
        lines += ["", *(f"- {item}" for item in items)] if items else []
    for paragraph in (*_footnotes(table), *table.notes):
        lines += ["", paragraph]
    return "\n".join(lines).replace("+-", "±") + "\n"


def as_csv(table: Table) -> str:
    """Return the table with a line for each number."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("row", "chosen", "metric", "heading", "unit", "printed", "ours", "standard_error", "seeds", "agrees", "marks")
    )
    for row in table.rows:
        for entry in row.entries:
            agrees = "" if entry.agrees is None else str(entry.agrees).lower()
            numbers = ["" if value is None else repr(value) for value in (entry.printed, entry.ours, entry.error)]
            marks = "; ".join(entry.marks)
            heading = table.headings[entry.metric]
            names = (entry.metric, heading.text, heading.unit)
            writer.writerow((row.name, row.chosen, *names, *numbers, entry.seeds, agrees, marks))
    return stream.getvalue()


def as_latex(table: Table) -> str:
    """Return a tabular with rules of the package booktabs, and the notes as a paragraph."""
    columns = list(table.headings.values())
    numbers = _numbered(table)
    lines = [
        rf"\begin{{tabular}}{{l{'r' * len(columns)}}}",
        r"\toprule",
        " & ".join(["", *(heading.latex for heading in columns)]) + r" \\",
        " & ".join(["", *(heading.unit_in_latex for heading in columns)]) + r" \\",
        r"\midrule",
    ]
    for row in table.rows:
        cells = []
        for entry in row.entries:
            flags = ",".join(str(numbers[mark]) for mark in entry.marks)
            cells.append(_joined(entry, r"$\pm$", f"$^{{{flags}}}$" if flags else ""))
        name = f"{row.name} ({row.chosen})" if row.chosen else row.name
        lines.append(" & ".join([name.translate(_SPECIAL), *cells]) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}", ""]
    lines += [
        f"{text.translate(_SPECIAL)}\n"
        for text in (*_findings(table), *_orders(table), *_footnotes(table), *table.notes)
    ]
    return "\n".join(lines)


def _shown(value: float | None, *, digits: int = 4) -> str:
    if value is None:
        return "-"
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e+" in text else text


def _joined(entry: Entry, sign: str, flags: str) -> str:
    ours = _shown(entry.ours)
    error = "" if entry.error is None else f" {sign} {_shown(entry.error, digits=2)}"
    printed = "" if entry.printed is None else f" ({entry.printed:g}{flags})"
    said = "" if entry.agrees is None else " agrees" if entry.agrees else " differs"
    return f"{ours}{error}{printed}{flags if entry.printed is None else ''}{said}"


def _numbered(table: Table) -> dict[str, int]:
    marks = [mark for row in table.rows for entry in row.entries for mark in entry.marks]
    return {mark: number for number, mark in enumerate(dict.fromkeys(marks), start=1)}


def _footnotes(table: Table) -> list[str]:
    return [f"[{number}] {mark}." for mark, number in _numbered(table).items()]


def _findings(table: Table) -> list[str]:
    """Return whether each effect is shown, a sentence each."""
    found = []
    for finding in table.findings:
        said = f"{finding.verdict.capitalize()}: {finding.effect.said} ({finding.effect.where})"
        by = f", by {_shown(finding.difference)}" if finding.difference is not None else ""
        error = f" +- {_shown(finding.error, digits=2)}" if finding.error is not None else ""
        found.append(f"{said}{by}{error}.")
    return found


def _orders(table: Table) -> list[str]:
    return [f"Order of rows by {table.headings[order.metric].text}: {_counted(order)}." for order in table.orders]


def _counted(order: Order) -> str:
    return (
        f"{order.same} pairs as printed, {order.opposite} the other way round, "
        f"{order.open} within two standard errors or of one seed"
    )


FORMATS: Mapping[str, Callable[[Table], str]] = {"text": as_text, "md": as_markdown, "csv": as_csv, "tex": as_latex}
