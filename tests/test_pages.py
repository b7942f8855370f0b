"""What is generated of README.md, docs and the verdicts that figures read is what the command writes.

One run for all, as it judges every claim.
"""

import json
from pathlib import Path

from figures.collect import collect_verdicts
from figures.kinds import KINDS
from figures.load import load
from variational import check

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("README.md", "docs/verdicts.md")  # between markers; each is renewed by --update
WHOLE = {"--findings": "docs/findings.md", "--collapse": "docs/collapse.md"}


def test_the_pages_and_the_record_of_verdicts_are_current(tmp_path, capsys):
    kept = {page: (ROOT / page).read_text(encoding="utf-8") for page in (*TABLES, *WHOLE.values())}
    tables = tmp_path / "tables.md"
    tables.write_text("".join(kept[page] for page in TABLES), encoding="utf-8")
    written = {page: tmp_path / Path(page).name for page in WHOLE.values()}
    options = [text for option, page in WHOLE.items() for text in (option, str(written[page]))]
    assert check.main(["all", "--json", "--update", str(tables), *options]) == 0
    judged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    for option, page in WHOLE.items():
        renew = f"renew it: python -m variational.check all {option} {page}"
        assert written[page].read_text(encoding="utf-8") == kept[page], renew
    renew = f"renew {' and '.join(TABLES)}: python -m variational.check all --update FILE"
    assert tables.read_text(encoding="utf-8") == "".join(kept[page] for page in TABLES), renew
    record = {"schema": KINDS["verdicts"].schema, **collect_verdicts(judged)}
    assert load("verdicts") == record, f"renew the record of verdicts: {KINDS['verdicts'].command}"


def test_no_cell_on_collapse_is_open():
    assert "open:" not in (ROOT / "docs" / "collapse.md").read_text(encoding="utf-8")
