"""The result table of the README is what the command prints; ``--update README.md`` renews it."""

import subprocess
import sys
from pathlib import Path

from variational import claim_report

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_of_the_readme_is_current():
    command = [sys.executable, "-m", "variational.check", "ncvae", "--markdown"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, rest = readme.partition(claim_report.BEGIN + "\n")
    table, _, _ = rest.partition(claim_report.END)
    assert table == printed, "renew it: python -m variational.check ncvae --update README.md"


def test_the_table_has_a_row_for_each_printed_claim_that_is_no_part_of_another():
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    ids = [row.split("`")[1] for row in rows]
    assert {"ncvae:thm2", "ncvae:thm3", "ncvae:thm4", "ncvae:thm5", "ncvae:thm6", "ncvae:thm7"} <= set(ids)
    assert len(ids) == len(set(ids))
