"""The records of studies that lie with the figures: each is of the study as it stands, whole, and of three seeds."""

import json
import re

import pytest

from figures.load import DATA
from vae_models.presets.registry import PRESETS
from vae_models.studies.cell import jobs_of
from vae_models.studies.formats import FORMATS, as_markdown
from vae_models.studies.records import STUDY_SCHEMA, read_studies, read_study
from vae_models.studies.registry import STUDIES
from vae_models.studies.sweeping import arm_record
from vae_models.studies.table import build_table
from variational.errors import InvalidInputError

KEPT = [name for name in STUDIES if (DATA / f"{name}.json").exists()]
OTHERS = {"digits", "digits-arelbo-second-stage"}  # no experiment of a paper; trained on the codes of another run


def test_some_records_are_kept_and_each_is_of_a_study():
    found = {path.stem for path in DATA.glob("*.json") if "vaeproof.study" in path.read_text()}
    assert found
    assert found == set(KEPT)


def test_the_studies_of_a_folder_are_read_by_name_and_other_records_passed_over(tmp_path):
    assert [record.study for record in read_studies(DATA)] == sorted(KEPT)
    assert len(KEPT) < len(list(DATA.glob("*.json")))
    assert list(read_studies(tmp_path)) == []


DAMAGED = {
    "cut short": f'{{"schema": "{STUDY_SCHEMA}"'.encode(),
    "without its cells": f'{{"schema": "{STUDY_SCHEMA}", "study": "a"}}'.encode(),
    "no text": b"\xff",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_in_a_folder_is_refused_by_name(text, tmp_path):
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    (tmp_path / "broken.json").write_bytes(text)
    with pytest.raises(InvalidInputError, match=r"broken\.json.*; move .* away"):
        list(read_studies(tmp_path))


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_record_is_of_the_study_as_it_stands(name, tmp_path):
    study, record = STUDIES[name], read_study(DATA / f"{name}.json")
    assert record.study == name
    assert record.arms == tuple(map(arm_record, study.arms))
    jobs = jobs_of(study, out=tmp_path)
    assert [cell.identity for cell in record.cells] == [job.config.identity for job in jobs]
    assert {cell.seed for cell in record.cells} == set(study.seeds)


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_record_is_whole_and_says_what_it_took_and_where(name):
    record = read_study(DATA / f"{name}.json")
    assert all(cell.outcome == "done" for cell in record.cells)
    assert all(
        cell.cpu_seconds > 0 and {"device", "threads", "torch", "cores"} <= set(cell.machine) for cell in record.cells
    )
    text = (DATA / f"{name}.json").read_text()
    assert len(text) < 300_000
    assert not re.search(r"/(tmp|home|root|work)/", text)


@pytest.mark.parametrize("name", KEPT)
def test_the_table_of_a_kept_record_has_every_number(name):
    table = build_table(STUDIES[name], read_study(DATA / f"{name}.json"))
    for row in table.rows:
        assert all(entry.ours is None or entry.seeds == len(STUDIES[name].seeds) for entry in row.entries)
        # what is printed and not measured is marked with the reason
        assert all(entry.ours is not None or entry.printed is None or entry.marks for entry in row.entries)
    assert all(finding.verdict != "not run" for finding in table.findings)
    for wanted in FORMATS.values():
        assert wanted(table)


def test_the_page_of_all_tables_is_made_of_the_kept_records():
    tables = [as_markdown(build_table(STUDIES[name], read_study(DATA / f"{name}.json"))) for name in sorted(KEPT)]
    title, *rest = (DATA.parents[1] / "docs" / "studies.md").read_text().split("\n## ")
    assert title.startswith("# Small twins")
    assert [f"## {text}".strip() for text in rest] == [table.strip() for table in tables]


def test_every_small_twin_is_run_by_a_study():
    run = {arm.preset for study in STUDIES.values() for arm in study.arms}
    assert {name for name in PRESETS if name.startswith("digits")} - run == OTHERS


@pytest.mark.parametrize("name", KEPT)
def test_a_cell_of_a_kept_record_took_less_than_two_minutes(name):
    record = json.loads((DATA / f"{name}.json").read_text())
    assert max(cell["cpu_seconds"] for cell in record["cells"]) < 120
