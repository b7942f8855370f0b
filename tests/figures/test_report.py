"""The page: every verdict, figure and table, no script and no network, well-formed, and right in a real browser."""

import base64
import dataclasses
import html
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from figures import build
from figures.catalogue import FIGURES
from figures.load import DATA
from figures.report import Picture, page
from figures.tables import Table, evaluation_table, evaluations, peers_table, study_table, trained_table
from vae_models.evaluation_records import EVALUATION, Entry, Evaluation
from vae_models.records import MetricRecord, Target
from vae_models.studies.records import read_studies
from variational.errors import InvalidInputError

KEPT = Path(__file__).resolve().parent.parent.parent / "docs" / "figures"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
EVALUATED = Evaluation(
    run="digits-1",
    identity="abc",
    step=100,
    weights="last",
    machine={},
    entries=(
        Entry(
            metric="information",
            split="test",
            records=(
                MetricRecord(
                    name="mi", value=1.25, estimator="in batches", split="test", samples=9, cap=4.5, error=0.1
                ),
                MetricRecord(name="rate", value=2.0, estimator="closed form", split="test", samples=9),
            ),
            reasons=(),
            options={},
            seconds=0.1,
        ),
    ),
    targets=(Target(metric="mi", value=1.5, where="Table 1"),),
)


@pytest.fixture(scope="module")
def pictures():
    found = []
    for name in FIGURES:
        svg = KEPT / f"{name}.svg"
        found.append(
            Picture(
                name=name,
                svg=svg.read_bytes(),
                caption=f"Finding {name}.\n\nSeen <here>.\n\nReproduce:\n    run {name}\n",
            )
        )
    return found


@pytest.fixture(scope="module")
def whole(records, pictures):
    return page(
        records["verdicts"],
        pictures,
        [
            trained_table(records["trained"]),
            peers_table(records["peers"]),
            *map(study_table, read_studies(DATA)),
            evaluation_table(EVALUATED),
        ],
    )


def tree(text):
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def test_every_claim_is_a_row_with_its_verdict_and_its_corrected_form(whole, records):
    claims = {claim["id"]: claim for claim in records["verdicts"]["claims"]}
    forms = {claim["corrected_by"] for claim in claims.values()}
    rows = {text_of(row.find("th")): row for row in tree(whole).iter("tr") if row.get("data-verdict")}
    assert set(rows) == set(claims) - forms
    for name, row in rows.items():
        claim = claims[name]
        cells = [text_of(cell) for cell in row.iter("td")]
        assert cells[0] == claim["status"].upper()
        assert row.get("title") == claim["reason"]
        corrected = claims.get(claim["corrected_by"])
        assert cells[3] == ("" if corrected is None else f"{corrected['id']} {corrected['status'].upper()}")


def test_the_counts_are_those_of_the_rows(whole):
    root = tree(whole)
    shown = Counter(row.get("data-verdict").upper() for row in root.iter("tr") if row.get("data-verdict"))
    (counts,) = (table for table in root.iter("table") if text_of(table).startswith("paper"))
    head = [text_of(cell) for cell in counts.find("thead").iter("th")][1:]
    columns = zip(
        *[[int(cell.text) for cell in row.iter("td")] for row in counts.find("tbody").iter("tr")], strict=True
    )
    assert {name: sum(column) for name, column in zip(head, columns, strict=True) if sum(column)} == shown


def test_every_picture_is_inside_the_page_with_its_caption(whole, pictures):
    figures = list(tree(whole).iter("figure"))
    assert [figure.get("id") for figure in figures] == [f"figure-{picture.name}" for picture in pictures]
    for figure, picture in zip(figures, pictures, strict=True):
        image = figure.find("img")
        assert base64.b64decode(image.get("src").partition("base64,")[2]) == picture.svg
        assert image.get("alt") == f"Finding {picture.name}."
        assert "Seen <here>." in text_of(figure)
        assert f"run {picture.name}" in text_of(figure)


def test_measured_and_printed_stand_side_by_side(whole):
    (table,) = (table for table in tree(whole).iter("table") if text_of(table).startswith("metric"))
    rows = [[text_of(cell) for cell in row] for row in table.find("tbody")]
    assert rows == [
        ["mi", "test", "1.25", "0.1", "4.5", "1.5 (Table 1)", "in batches"],
        ["rate", "test", "2", "", "", "", "closed form"],
    ]


def test_times_of_the_peers_are_those_of_the_record(records):
    table = peers_table(records["peers"])
    assert table.head[1:] == tuple(records["peers"]["results"][0]["times"])
    for row, result in zip(table.rows, records["peers"]["results"], strict=True):
        assert [float(cell.replace(",", "")) for cell in row[1:]] == pytest.approx(
            [time["median_ms"] for time in result["times"].values()], rel=5e-3
        )


def test_distances_of_trained_encoders_are_those_of_the_record(records):
    table = trained_table(records["trained"])
    known = [result for result in records["trained"]["results"] if result["gap_upper"]]
    for row, result in zip(table.rows, known, strict=True):
        assert float(row[1]) == result["width"]
        ends = [result[name][-1] for name in ("steps", "gap_lower", "gap_upper")]
        assert [float(cell) for cell in row[2:]] == pytest.approx(ends, rel=5e-3)


def test_tables_of_studies_are_those_of_the_page_of_all_tables(whole):
    words = " ".join((KEPT.parent / "studies.md").read_text().split())
    shown = {text_of(heading): heading for heading in tree(whole).iter("h3")}
    kept = list(read_studies(DATA))
    assert len(kept) == len(list(DATA.glob("*-small.json"))) > 10
    for record in kept:
        table = study_table(record)
        assert table.title in shown
        assert f"## {table.title}" in words
        assert " ".join(f"| {' | '.join(row)} |" for row in table.rows) in words
        assert table.remarks
        assert all(" ".join(remark.split()) in words for remark in table.remarks)
        assert all(f"<li>{html.escape(remark)}</li>" in whole for remark in table.remarks)


def test_evaluations_are_found_below_a_folder_and_damaged_ones_refused(tmp_path):
    assert list(evaluations(tmp_path / "none")) == []
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / EVALUATION).write_text(dataclasses.replace(EVALUATED, run=name).to_text())
    assert [one.run for one in evaluations(tmp_path)] == ["a", "b"]
    (tmp_path / "a" / EVALUATION).write_text("{}")
    with pytest.raises(InvalidInputError, match=re.escape(str(tmp_path / "a"))):
        list(evaluations(tmp_path))


def test_a_table_with_a_short_row_is_refused():
    with pytest.raises(InvalidInputError, match="must have 2 cells"):
        Table(title="t", note="", head=("a", "b"), rows=(("1", "2"), ("3",)))


def test_the_page_is_wellformed_with_unique_ids_and_no_dead_link(whole):
    root = tree(whole)
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values()) == 1
    assert all(link.get("href").removeprefix("#") in ids for link in root.iter("a"))
    labelled = [element.get("aria-labelledby") for element in root.iter() if element.get("aria-labelledby")]
    assert labelled
    assert set(labelled) <= set(ids)
    assert all(image.get("alt") for image in root.iter("img"))


def test_the_page_needs_no_script_and_no_network(whole):
    assert not list(tree(whole).iter("script"))
    outside = re.sub(r'src="data:image/svg\+xml;base64,[^"]*"', "", whole)
    assert not re.search(r"https?:|@import|url\(|\ssrc=|<link", outside)


def test_the_command_joins_pictures_that_are_there_and_names_one_that_is_not(tmp_path, capsys):
    for name in FIGURES:
        shutil.copy(KEPT / f"{name}.svg", tmp_path)
        (tmp_path / f"{name}.txt").write_text("Finding.\n\nSeen.\n\nReproduce:\n    run\n")
    assert build.main(["report", "--out", str(tmp_path)]) == 0
    assert len(list(tree((tmp_path / "report.html").read_text()).iter("figure"))) == len(FIGURES)
    (tmp_path / "codes.txt").unlink()
    assert build.main(["report", "--out", str(tmp_path)]) == 1
    assert f"make it by: python -m figures.build codes --out {tmp_path}" in capsys.readouterr().err


def browse(text, folder, *flags):
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120).stdout


MEASURE = """
<script>
addEventListener("load", () => {
  const images = [...document.images]
  document.title = JSON.stringify({
    wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth,
    images: images.length, drawn: images.filter((e) => e.naturalWidth && e.getClientRects()[0].width > 200).length,
    rows: [...document.querySelectorAll("tr[data-verdict]")].filter((e) => e.getClientRects().length).length,
  })
})
</script>
"""


@needs_chromium
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_every_figure_and_verdict_and_nothing_sticks_out(whole, tmp_path, width):
    shown = browse(whole.replace("</body>", MEASURE + "</body>"), tmp_path, f"--window-size={width},900", "--dump-dom")
    found = json.loads(re.search(r"<title>(.*?)</title>", shown).group(1).replace("&amp;", "&"))
    assert found["wide"] <= found["room"]
    assert found["images"] == found["drawn"] == len(FIGURES)
    assert found["rows"] == whole.count("<tr data-verdict")
