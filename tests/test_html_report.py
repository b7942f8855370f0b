"""The page: everything about each claim, no script and no network, valid, and right in a real browser."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from variational import check, html_report, judging, readable
from variational.claim_report import Judged
from variational.papers import registry
from variational.records import Evidence, Status, Verdict

IDS = ("ncvae:eq1", "ncvae:eq1.corrected", "ncvae:thm7", "ncvae:appA.strong", "ncvae:eq25.eq29", "ncvae:lem1")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def results():
    return judging.judge_all([registry.find_claim(name) for name in IDS], processes=1)


@pytest.fixture(scope="module")
def page(results):
    return html_report.page(results, registry.find_claim)


@pytest.fixture(scope="module")
def every_claim():
    """Return a page with each claim, its verdict and evidence made up."""
    evidence = (Evidence(kind="identity", shows="both sides agree", data={"lhs": "a < b", "rhs": "a"}),)
    verdict = Verdict(status=Status.PROVED, reason="because", evidence=evidence)
    claims = (*registry.claims(), *registry.claims("controls"))
    return html_report.page(
        [Judged(claim=claim, verdict=verdict, seconds=0.1) for claim in claims], registry.find_claim
    )


def tree(page):
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def article(page, name):
    return next(element for element in tree(page).iter("article") if element.get("id") == name)


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def test_the_page_has_each_part_of_each_claim(page, results):
    for judged in results:
        claim, verdict = judged.claim, judged.verdict
        text = text_of(article(page, claim.id))
        for part in (claim.id, str(claim.source), verdict.status.name, verdict.reason, *claim.assumptions):
            assert " ".join(part.split()) in text
        assert f"python -m variational.check ncvae --claim {claim.id}" in text
        for piece in verdict.evidence:
            assert piece.kind in text


def test_a_corrected_form_is_shown_with_its_verdict_or_as_not_judged(page):
    assert "holds insteadncvae:eq1.corrected PROVED" in text_of(article(page, "ncvae:eq1"))
    assert "ncvae:thm7.corrected, not judged for this page" in text_of(article(page, "ncvae:thm7"))


def test_a_certificate_is_readable(page):
    witness = article(page, "ncvae:eq1")
    tables = ["|".join(cell.text for cell in table.iter("td")) for table in witness.iter("table")]
    assert "9/10|9/10|1/10|1/10" in tables
    enclosure = text_of(article(page, "ncvae:thm7"))
    assert "the left side is at most0.000934068216 nats" in enclosure
    assert "the right side is at least0.048674944644 nats" in enclosure


READABLE = {
    "enclosed number": ({"value": ["0.1", "0.2"]}, [("value", "text", "between 0.1 and 0.2")]),
    "identity": ({"kind": "identity", "lhs": "a", "rhs": "b"}, [("statement", "formula", "a = b")]),
    "inequality": ({"kind": "inequality", "lhs": "a", "relation": ">=", "rhs": "0", "slack": "a"},
                   [("statement", "formula", "a >= 0"), ("difference of the sides", "formula", "a")]),
    "masses": ({"aggregate": ["1/3", "2/3"]}, [("aggregate", "table", (("1/3", "2/3"),))]),
    "formulas": ({"given": ["a > 0", "b > 0"]}, [("given", "formula", "a > 0"), ("given", "formula", "b > 0")]),
    "space": ({"space": {"x": 2, "z": 1, "functions": {"p": ["1"]}, "parameters": {"beta": "2"}}},
              [("space", "text", "2 values of x, 1 values of z"), ("p(z)", "table", (("1",),)),
               ("parameters", "text", "beta = 2")]),
    "step": ({"kind": "step", "shows": "it holds", "evidence": [{"kind": "proof", "shows": "slack"}],
              "formal": {"kind": "real-inequality", "variables": {"a": "real"}, "where": ["a > 1"], "then": ["a > 0"]}},
             [("states", "formula", "a > 0"), ("for", "text", "a real, a > 1"), ("shown by", "text", "proof: slack")]),
    "something else": ({"deep": [[1, {"a": "b"}]]}, [("deep", "text", "(1, a: b)")]),
}  # fmt: skip


@pytest.mark.parametrize(("piece", "expected"), READABLE.values(), ids=READABLE)
def test_a_piece_of_evidence_is_laid_out_by_what_it_holds(piece, expected):
    found = [(item.label, item.form, item.content) for item in readable.items(piece)]
    assert found == expected


def test_a_part_that_is_not_on_the_page_is_shown_whole(page):
    text = text_of(article(page, "ncvae:lem1"))
    assert "part ncvae:lem1.decoder PROVED" in text
    assert "identity" in text


def test_every_claim_is_on_the_page_as_mathml(every_claim):
    for element in tree(every_claim).iter("article"):
        (statement,) = [p for p in element.iter("p") if p.get("class") == "statement" and p in list(element)]
        assert statement.find(".//math") is not None or "<code>" not in ET.tostring(statement, encoding="unicode")
        assert statement.find(".//code") is None


def test_the_page_is_wellformed_with_unique_ids_and_no_dead_link(every_claim):
    root = tree(every_claim)
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values()) == 1
    targets = [link.get("href") for link in root.iter("a")]
    assert all(target.removeprefix("#") in ids for target in targets)
    labels = [label.get("for") for label in root.iter("label")]
    assert sorted(labels) == sorted(box.get("id") for box in root.iter("input"))
    assert root.get("lang") == "en"


def test_the_page_needs_no_script_and_no_network(every_claim):
    assert not list(tree(every_claim).iter("script"))
    assert not re.search(r"https?:|@import|url\(|\ssrc=|<link|<img", every_claim)


def test_what_a_claim_says_cannot_become_markup(results):
    verdict = Verdict(status=Status.UNDECIDED, reason="<script>alert(1)</script> & more")
    shown = html_report.page([Judged(claim=results[0].claim, verdict=verdict, seconds=0.0)], registry.find_claim)
    assert not list(tree(shown).iter("script"))
    assert "<script>alert(1)</script> & more" in text_of(article(shown, IDS[0]))


def test_a_verdict_that_is_not_the_recorded_one_is_named(results):
    verdict = Verdict(status=Status.UNDECIDED, reason="too hard")
    shown = html_report.page([Judged(claim=results[0].claim, verdict=verdict, seconds=0.0)], registry.find_claim)
    assert "Not as recorded: ncvae:eq1." in shown
    assert "UNDECIDED (recorded REFUTED)" in text_of(article(shown, IDS[0]))


def test_latex_that_is_not_known_stays_as_it_is_written():
    assert html_report.set_statement(r"\nonsense < 1") == r"<code>\nonsense &lt; 1</code>"


def test_the_command_writes_the_page_and_prints_nothing(tmp_path, capsys):
    file = tmp_path / "new" / "report.html"
    assert check.main(["ncvae", "--symbolic", "--claim", "ncvae:eq1", "--html", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert "REFUTED" in text_of(article(file.read_text(encoding="utf-8"), "ncvae:eq1"))


def test_a_folder_is_no_place_for_a_page(tmp_path, capsys):
    assert check.main(["ncvae", "--claim", "ncvae:eq1", "--html", str(tmp_path)]) == 2
    assert "is a folder, --html writes a file" in capsys.readouterr().err


def browse(page, folder, *flags):
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120).stdout


MEASURE = """
<script>
addEventListener("load", () => {
  const shown = (name) => [...document.querySelectorAll(name)].filter((e) => e.getClientRects().length)
  const count = () => ({rows: shown("tbody tr[data-verdict]").length, articles: shown("article").length})
  const found = {wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth}
  found.all = count()
  document.querySelector("#verdict-refuted").click(); found.refuted = count()
  document.querySelector("#form-ours").click(); found.both = count()
  location.hash = "#ncvae:lem1"; found.linked = count()
  found.flat = shown("math").filter((e) => e.getBoundingClientRect().height < 5).length
  document.title = JSON.stringify(found)
})
</script>
"""


@needs_chromium
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_what_a_filter_asks_for_and_nothing_sticks_out(page, tmp_path, width):
    shown = browse(page.replace("</body>", MEASURE + "</body>"), tmp_path, f"--window-size={width},900", "--dump-dom")
    found = json.loads(re.search(r"<title>(.*?)</title>", shown).group(1).replace("&amp;", "&"))
    assert found["wide"] <= found["room"]
    assert found["all"] == {"rows": 6, "articles": 6}
    assert found["refuted"] == {"rows": 3, "articles": 3}
    assert found["both"] == {"rows": 0, "articles": 0}
    assert found["linked"] == {"rows": 0, "articles": 1}
    assert found["flat"] == 0


@needs_chromium
def test_a_browser_draws_the_page(page, tmp_path):
    browse(page, tmp_path, "--window-size=800,1000", "--screenshot=shot.png")
    image = (tmp_path / "shot.png").read_bytes()
    assert image.startswith(PNG)
    width, height = (int.from_bytes(image[start : start + 4], "big") for start in (16, 20))
    assert (width, height) == (800, 1000)
    assert len(image) > 20_000  # an empty page has less than 8,000


@needs_chromium
def test_a_browser_prints_the_page_with_its_certificates(page, tmp_path):
    browse(page, tmp_path, "--no-pdf-header-footer", "--print-to-pdf=page.pdf")
    printed = (tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 2
