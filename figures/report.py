"""One self-contained page: verdicts on the claims, figures with captions, comparison tables; no script, no network."""

import base64
import dataclasses
import html
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from figures.tables import Table
from variational.html_style import STYLE
from variational.records import SEVERITY, SPACES, Status

ORDER = tuple(status.value for status in SEVERITY)
NAMES = {"ncvae": "NC-VAE", "infovae": "InfoVAE", "arelbo": "AR-ELBO", "illidvae": "IL-LIDVAE"}
OWN_STYLE = """
figure { margin: 0 0 2rem; display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: flex-start; }
figure { break-inside: avoid; }
figure img { flex: 1 1 20rem; max-width: 30rem; min-width: 0; background: #fff; border: 1px solid var(--rule); }
figcaption { flex: 1 1 20rem; min-width: 0; }
figcaption pre { font-size: 0.8125rem; }
nav ul { padding-left: 1.1rem; }
td.number { font-variant-numeric: tabular-nums; }
"""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A drawn figure.

    Attributes:
        name: By which the command knows it.
        svg: The picture.
        caption: The text beside it: the finding, a blank line, what is seen, a blank line, how to reproduce it.
    """

    name: str
    svg: bytes
    caption: str


def page(verdicts: Mapping[str, Any], pictures: Sequence[Picture], tables: Sequence[Table]) -> str:
    """Return the page: well-formed HTML with every picture inside.

    Args:
        verdicts: The record of that name.
        pictures: In the order of the page.
        tables: In the order of the page.
    """
    papers = list(dict.fromkeys(claim["id"].partition(":")[0] for claim in verdicts["claims"]))
    sections = "\n".join(_paper(paper, verdicts["claims"]) for paper in papers)
    links = "".join(f'<li><a href="#figure-{_text(one.name)}">{_text(_parts(one)[0])}</a></li>' for one in pictures)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>What is proved, what the exact optimum looks like, how close training comes</title>
<style>{STYLE}{OWN_STYLE}</style>
</head>
<body>
<a class="skip" href="#figures">Skip to the figures</a>
<header>
<h1>What is proved, what the exact optimum looks like, how close training comes</h1>
<p>{_summary(verdicts["claims"])}</p>
{_table(_counts(papers, verdicts["claims"]), name="counts")}
</header>
<main>
<section id="figures" aria-labelledby="figures-title">
<h2 id="figures-title">Figures</h2>
<nav aria-label="Figures"><ul>{links}</ul></nav>
{"".join(_figure(one) for one in pictures)}
</section>
<section id="tables" aria-labelledby="tables-title">
<h2 id="tables-title">Comparisons</h2>
{"".join(_titled(table, number) for number, table in enumerate(tables))}
</section>
<section id="verdicts" aria-labelledby="verdicts-title">
<h2 id="verdicts-title">Verdicts</h2>
<p class="note">A verdict speaks of the statement as printed, on the spaces named. Statements, certificates and how to
re-check them: <code>python -m variational.check all --html verdicts.html</code>.</p>
{sections}
</section>
</main>
<footer><p>Reproduce the page: <code>python -m figures.build</code>.</p></footer>
</body>
</html>
"""


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _parts(picture: Picture) -> tuple[str, str, str]:
    """Return finding, description and commands of a caption."""
    finding, description, commands = picture.caption.strip().split("\n\n")
    return finding, " ".join(description.split()), commands


def _figure(picture: Picture) -> str:
    finding, description, commands = _parts(picture)
    title, _, listed = commands.partition("\n")
    source = base64.b64encode(picture.svg).decode("ascii")
    lines = "\n".join(line.strip() for line in listed.splitlines())
    image = f'<img alt="{_text(finding)}" src="data:image/svg+xml;base64,{source}"/>'
    return (
        f'<figure id="figure-{_text(picture.name)}">{image}<figcaption>'
        f"<p><strong>{_text(finding)}</strong> {_text(description)}</p>"
        f"<details><summary>{_text(title.rstrip(':'))}</summary><pre>{_text(lines)}</pre></details>"
        "</figcaption></figure>\n"
    )


def _summary(claims: Sequence[Mapping[str, Any]]) -> str:
    alone = _alone(claims)
    counts = Counter(claim["status"] for claim in alone)
    parts = ", ".join(f"{counts[status]} {status.upper()}" for status in ORDER if counts[status])
    instead = sum(claim["corrected_by"] is not None for claim in alone)
    return f"{len(alone)} claims: {parts}. For {instead} of them a corrected form is judged too."


def _alone(claims: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the claims that are no corrected form of another."""
    forms = {claim["corrected_by"] for claim in claims}
    return [claim for claim in claims if claim["id"] not in forms]


def _of(paper: str, claims: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [claim for claim in claims if claim["id"].startswith(f"{paper}:")]


def _counts(papers: Sequence[str], claims: Sequence[Mapping[str, Any]]) -> Table:
    present = [status for status in ORDER if any(claim["status"] == status for claim in _alone(claims))]
    rows = []
    for paper in papers:
        counts = Counter(claim["status"] for claim in _alone(_of(paper, claims)))
        rows.append((NAMES.get(paper, paper), *(str(counts[status]) for status in present)))
    return Table(title="", note="", head=("paper", *(status.upper() for status in present)), rows=tuple(rows))


def _titled(table: Table, number: int) -> str:
    name = f"table-{number}"
    remarks = "".join(f"<li>{_text(remark)}</li>" for remark in table.remarks)
    return (
        f'<h3 id="{name}">{_text(table.title)}</h3><p class="note">{_text(table.note)}</p>{_table(table, name=name)}'
        + (f'<ul class="note">{remarks}</ul>' if remarks else "")
    )


def _table(table: Table, *, name: str) -> str:
    head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in table.head)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in table.rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(table.title or name)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def _cells(row: Sequence[str]) -> str:
    others = "".join(f'<td class="number">{_text(cell)}</td>' for cell in row[1:])
    return f'<th scope="row">{_text(row[0])}</th>{others}'


def _paper(paper: str, claims: Sequence[Mapping[str, Any]]) -> str:
    own = _of(paper, claims)
    known = {claim["id"]: claim for claim in own}
    rows = "".join(_row(claim, known) for claim in _alone(own))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("claim", "verdict", "spaces", "source", "holds instead"))
    title = NAMES.get(paper, paper)
    return (
        f'<details open="open"><summary>{_text(title)}</summary>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Verdicts on {_text(title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>\n"
    )


def _row(claim: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> str:
    spaces = "all" if set(claim["spaces"]) == set(SPACES) else ", ".join(claim["spaces"])
    corrected = claim["corrected_by"]
    instead = f"{_name(corrected)} {_badge(known[corrected]['status'])}" if corrected in known else ""
    source = claim["source"].partition(", ")[2] or claim["source"]
    return (
        f'<tr data-verdict="{_text(claim["status"])}" title="{_text(claim["reason"])}">'
        f'<th scope="row">{_name(claim["id"])}</th><td>{_badge(claim["status"])}</td><td>{_text(spaces)}</td>'
        f"<td>{_text(source)}</td><td>{instead}</td></tr>"
    )


def _name(claim_id: str) -> str:
    """Return an id that may be broken after its points."""
    return f"<code>{_text(claim_id).replace('.', '.<wbr/>')}</code>"


def _badge(status: str) -> str:
    return f'<span class="verdict {Status(status).value}">{_text(status.upper())}</span>'
