"""One page of HTML with every verdict: statement, source, assumptions, reason, certificate and how to reproduce it."""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from variational import formula_mathml, mathml, readable
from variational.claim_report import COMMAND, Judged
from variational.errors import InvalidInputError
from variational.html_style import STYLE
from variational.records import SPACES, Claim, Status
from variational.report import counted, listed

FindClaim = Callable[[str], Claim]
FORMS = {"printed": "as printed", "ours": "corrected forms and our own"}
MEANINGS = {
    "proved": "a symbolic identity, a decision procedure or a ball enclosure shows it under the stated assumptions",
    "refuted": "an exact or ball-enclosed witness satisfies the assumptions and breaks it",
    "supported": "a numeric certificate speaks for it; nothing exact does",
    "doubted": "a numeric certificate speaks against it; nothing exact does",
    "undecided": "the check ran and could not decide",
}


def page(results: Sequence[Judged], find_claim: FindClaim) -> str:
    """Return the report on judged claims: well-formed HTML that needs no script, no font and no network.

    Args:
        results: The claims in the order of the report.
        find_claim: Returns the claim of an id; used for corrected forms that were not judged.
    """
    papers = list(dict.fromkeys(paper_of(judged.claim) for judged in results))
    title = f"Verdicts on the printed claims of {listed(papers)}"
    filters = _filters(results, papers)
    known = {judged.claim.id: judged for judged in results}
    articles = "\n".join(_article(judged, known, find_claim) for judged in results)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{_text(title)}</title>
<style>{STYLE}{_filter_rules(filters)}</style>
</head>
<body>
<a class="skip" href="#claims">Skip to the claims</a>
<header>
<h1>{_text(title)}</h1>
<p>{_summary(results)}</p>
{_legend(results)}
<p class="note">A verdict speaks of the statement as printed, on the spaces named: <i>finite</i> (X and Z have finitely
many points), <i>discrete-x</i> (X is countable, Z atomless), <i>densities</i> (both atomless). In certificates γ(z) is
the aggregated posterior and φ(u) = u − 1 − log u, which is never negative.</p>
</header>
<main>
<section id="verdicts" aria-labelledby="verdicts-title">
<h2 id="verdicts-title">Verdicts</h2>
<div class="filters">
{_filter_controls(filters)}
</div>
{_table(results)}
</section>
<section id="claims" aria-labelledby="claims-title">
<h2 id="claims-title">Claims</h2>
{articles}
</section>
</main>
<footer><p>Reproduce the page: <code>{COMMAND} {_text(" ".join(papers))} --html report.html</code>.
Re-check the certificates: <code>{COMMAND} {_text(" ".join(papers))} --certificates certificates</code>, then
<code>python -m variational.verify certificates</code>.</p></footer>
</body>
</html>
"""


def paper_of(claim: Claim) -> str:
    """Return the paper of a claim."""
    return claim.id.partition(":")[0]


def reproduce(claim: Claim) -> str:
    """Return the command that judges one claim."""
    return f"{COMMAND} {paper_of(claim)} --claim {claim.id}"


def set_statement(latex: str) -> str:
    """Return a statement as HTML; one with LaTeX that is not known stays as it is written."""
    try:
        return mathml.statement(latex)
    except InvalidInputError:
        return f"<code>{_text(latex)}</code>"


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _name(claim_id: str) -> str:
    """Return an id that may be broken after its points."""
    return _text(claim_id).replace(".", ".<wbr/>")


def _form(judged: Judged) -> str:
    return "printed" if judged.claim.printed_claim else "ours"


def _badge(judged: Judged) -> str:
    status = judged.verdict.status
    extra = "" if judged.as_recorded else f" (recorded {judged.claim.recorded.name})"
    return f'<span class="verdict {status.value}">{status.name}{extra}</span>'


def _spaces(spaces: Sequence[str]) -> str:
    return "all" if set(spaces) == set(SPACES) else listed(f'<span class="space">{name}</span>' for name in spaces)


def _summary(results: Sequence[Judged]) -> str:
    counts = Counter(judged.verdict.status for judged in results)
    shown = listed(f"{counts[status]} {status.name}" for status in Status if counts[status])
    differing = [judged.claim.id for judged in results if not judged.as_recorded]
    recorded = "" if not differing else f" Not as recorded: {_text(listed(differing))}."
    return f"{counted(len(results), 'claim')}: {shown}.{recorded}"


def _legend(results: Sequence[Judged]) -> str:
    present = {judged.verdict.status.value for judged in results}
    rows = [
        f'<dt><span class="verdict {name}">{name.upper()}</span></dt><dd>{meaning}</dd>'
        for name, meaning in MEANINGS.items()
        if name in present
    ]
    return f"<dl>{''.join(rows)}</dl>"


def _filters(results: Sequence[Judged], papers: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return, by the name of a filter, its choices with their labels; a filter without a choice is left out."""
    verdicts = Counter(judged.verdict.status.value for judged in results)
    forms = Counter(map(_form, results))
    per_paper = Counter(paper_of(judged.claim) for judged in results)
    found = {
        "verdict": {name: f"{name.upper()} ({verdicts[name]})" for name in MEANINGS if verdicts[name]},
        "form": {name: f"{label} ({forms[name]})" for name, label in FORMS.items() if forms[name]},
        "paper": {name: f"{name} ({per_paper[name]})" for name in papers},
    }
    return {name: choices for name, choices in found.items() if len(choices) > 1}


def _filter_rules(filters: Mapping[str, Mapping[str, str]]) -> str:
    """Return the rules that hide what was not chosen; the claim that a link led to stays visible."""
    return "".join(
        f'body:has(#{name}-{choice}:checked) [data-{name}]:not([data-{name}="{choice}"]):not(:target)'
        " { display: none; }\n"
        for name, choices in filters.items()
        for choice in choices
    )


def _filter_controls(filters: Mapping[str, Mapping[str, str]]) -> str:
    shown = []
    for name, choices in filters.items():
        buttons = [
            f'<input type="radio" name="{name}" id="{name}-{choice}"{checked}/>'
            f'<label for="{name}-{choice}">{_text(label)}</label>'
            for choice, label, checked in (
                ("any", "any", ' checked="checked"'),
                *((choice, label, "") for choice, label in choices.items()),
            )
        ]
        shown.append(f"<fieldset><legend>{name}</legend>{''.join(buttons)}</fieldset>")
    return "\n".join(shown)


def _data(judged: Judged) -> str:
    paper = _text(paper_of(judged.claim))
    return f'data-verdict="{judged.verdict.status.value}" data-form="{_form(judged)}" data-paper="{paper}"'


def _table(results: Sequence[Judged]) -> str:
    rows = [
        f'<tr {_data(judged)}><th scope="row"><a href="#{_text(judged.claim.id)}">{_name(judged.claim.id)}</a></th>'
        f"<td>{_badge(judged)}</td><td>{_spaces(judged.verdict.spaces)}</td>"
        f'<td class="wide">{_text(judged.claim.source.locator)}</td></tr>'
        for judged in results
    ]
    body = "\n".join(rows)
    return (
        '<div class="scroll" role="region" aria-labelledby="verdicts-title" tabindex="0">'
        '<table><thead><tr><th scope="col">claim</th><th scope="col">verdict</th><th scope="col">spaces</th>'
        f'<th scope="col" class="wide">source</th></tr></thead><tbody>\n{body}\n</tbody></table></div>'
    )


def _article(judged: Judged, known: Mapping[str, Judged], find_claim: FindClaim) -> str:
    claim, verdict = judged.claim, judged.verdict
    assumptions = "".join(f"<li>{_text(text)}</li>" for text in claim.assumptions)
    ours = "" if claim.printed_claim else " (our form)"
    fields = {
        "assumptions": f"<ul>{assumptions}</ul>" if assumptions else "none",
        "spaces": _spaces(verdict.spaces),
        "reason": _text(verdict.reason),
    }
    if claim.corrected_by:
        fields["holds instead"] = _instead(claim.corrected_by, known, find_claim)
    fields["reproduce"] = f"<code>{_text(reproduce(claim))}</code>"
    listed_fields = "".join(f"<dt>{name}</dt><dd>{content}</dd>" for name, content in fields.items())
    return (
        f'<article id="{_text(claim.id)}" {_data(judged)}>'
        f'<div class="title"><h3>{_name(claim.id)}</h3>{_badge(judged)}</div>'
        f'<p class="source">{_text(str(claim.source))}{ours}</p>'
        f'<p class="statement">{set_statement(claim.printed)}</p>'
        f"<dl>{listed_fields}</dl>"
        f"<details><summary>Certificate: {_kinds(verdict.evidence)}</summary>"
        f"{pieces([piece.to_json() for piece in verdict.evidence], known)}</details>"
        f'<details class="raw"><summary>LaTeX</summary><pre>{_text(claim.printed)}</pre></details>'
        "</article>"
    )


def _kinds(evidence: Sequence[Any]) -> str:
    counts = Counter(piece.kind for piece in evidence)
    return listed(kind if number == 1 else f"{number} × {kind}" for kind, number in counts.items()) or "none"


def _instead(claim_id: str, known: Mapping[str, Judged], find_claim: FindClaim) -> str:
    name = _text(claim_id)
    if claim_id in known:
        head = f'<a href="#{name}">{name}</a> {_badge(known[claim_id])}'
    else:
        head = f"{name}, not judged for this page"
    return f'{head}<p class="statement">{set_statement(find_claim(claim_id).printed)}</p>'


def pieces(evidence: Sequence[Mapping[str, Any]], known: Mapping[str, Judged]) -> str:
    """Return pieces of evidence, as certificates keep them, as a list; parts on the page are linked."""
    if not evidence:
        return "<p>none</p>"
    return f'<ul class="pieces">{"".join(f"<li>{_piece(piece, known)}</li>" for piece in evidence)}</ul>'


def _piece(piece: Mapping[str, Any], known: Mapping[str, Judged]) -> str:
    found = readable.items(piece)
    if found and found[0].form == readable.PART:
        return _part(piece, known)
    caption = f'<p><span class="kind">{_text(str(piece["kind"]))}</span>: {_text(str(piece.get("shows", "")))}</p>'
    labels = [item.label for item in found]
    fields = "".join(  # several contents in a row may share a label
        ("" if label == before else f"<dt>{_label(label)}</dt>") + f"<dd>{_content(item)}</dd>"
        for item, label, before in zip(found, labels, ["", *labels], strict=False)
    )
    return caption + (f"<dl>{fields}</dl>" if fields else "")


def _part(piece: Mapping[str, Any], known: Mapping[str, Judged]) -> str:
    name, status = _text(str(piece["id"])), str(piece["status"])
    badge = f'<span class="verdict {status}">{status.upper()}</span>'
    if piece["id"] in known:
        return f'<p><span class="kind">part</span> <a href="#{name}">{name}</a> {badge}</p>'
    return f'<p><span class="kind">part</span> {name} {badge}</p>{pieces(piece["evidence"], known)}'


def _label(text: str) -> str:
    return re.sub(r"_(\w)", r"<sub>\1</sub>", _text(text))


def _content(item: readable.Item) -> str:
    if item.form == readable.FORMULA:
        return formula_mathml.to_mathml(item.content) or f"<code>{_text(item.content)}</code>"
    if item.form == readable.CODE:
        return f"<details><summary>show</summary><pre>{_text(item.content)}</pre></details>"
    if item.form == readable.TABLE:
        rows = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in item.content)
        return f'<table class="masses"><tbody>{rows}</tbody></table>'
    return _text(item.content)
