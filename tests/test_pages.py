"""What is generated of README.md and docs is what the command writes; one run, as it judges every claim, for all."""

from pathlib import Path

from variational import check

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("README.md", "docs/verdicts.md")  # between markers; each is renewed by --update
WHOLE = {"--findings": "docs/findings.md", "--collapse": "docs/collapse.md"}


def test_the_pages_are_current(tmp_path):
    kept = {page: (ROOT / page).read_text(encoding="utf-8") for page in (*TABLES, *WHOLE.values())}
    tables = tmp_path / "tables.md"
    tables.write_text("".join(kept[page] for page in TABLES), encoding="utf-8")
    written = {page: tmp_path / Path(page).name for page in WHOLE.values()}
    options = [text for option, page in WHOLE.items() for text in (option, str(written[page]))]
    assert check.main(["all", "--update", str(tables), *options]) == 0
    for option, page in WHOLE.items():
        renew = f"renew it: python -m variational.check all {option} {page}"
        assert written[page].read_text(encoding="utf-8") == kept[page], renew
    renew = f"renew {' and '.join(TABLES)}: python -m variational.check all --update FILE"
    assert tables.read_text(encoding="utf-8") == "".join(kept[page] for page in TABLES), renew


def test_no_cell_on_collapse_is_open():
    assert "open:" not in (ROOT / "docs" / "collapse.md").read_text(encoding="utf-8")
