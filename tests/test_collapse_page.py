"""The page on collapse: current, and a cell shows a statement only where it is proved on its kind of space."""

import re
from pathlib import Path

import pytest

from variational import collapse, collapse_page
from variational.claim_report import Judged
from variational.errors import InvalidInputError
from variational.objective import from_text
from variational.papers import registry
from variational.papers.collapse_map import ROWS, Row
from variational.records import DENSITIES, SPACES, Evidence, Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
RENEW = "python -m variational.check all --collapse docs/collapse.md"
BETA_VAE = "ncvae:collapse.beta-vae"


def judged(claim, status=Status.PROVED, spaces=SPACES):
    evidence = (Evidence(kind="identity", shows="both sides agree", data={}),)
    verdict = Verdict(status=status, reason="because", spaces=spaces, evidence=evidence)
    return Judged(claim=claim, verdict=verdict, seconds=0.1)


def page(**changed):
    results = [judged(claim, **changed) if claim.id == BETA_VAE else judged(claim) for claim in registry.claims()]
    return collapse_page.page(results, registry.find_claim)


def rows(text):
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")][1:]


def test_the_page_says_how_it_is_made():
    assert RENEW in collapse_page.INTRODUCTION


def test_every_objective_has_a_cell_for_every_kind_of_space():
    table = rows(page())
    assert [cells[0].split("<br>")[0].strip() for cells in table] == ["beta-VAE", "InfoVAE", "AAE", "NC-VAE"]
    assert all(len(cells) == 2 + len(SPACES) and all(cell.strip() for cell in cells) for cells in table)


@pytest.mark.parametrize("status", [Status.UNDECIDED, Status.REFUTED, Status.SUPPORTED])
def test_a_statement_that_is_not_proved_leaves_its_cells_open(status):
    finite, discrete, densities = rows(page(status=status))[0][2:]
    for cell in (finite, discrete):
        assert f"is {status.name}, because" in cell
        assert "if and only if" not in cell
    assert "if and only if" in densities


def test_a_statement_says_nothing_on_a_kind_of_space_that_its_verdict_does_not_name():
    finite, discrete, _ = rows(page(spaces=("finite",)))[0][2:]
    assert "if and only if" in finite
    assert "is proved on finite only" in discrete


def test_every_link_of_the_table_leads_to_a_section():
    text = page()
    headings = {collapse_page.anchor(line[3:]) for line in text.splitlines() if line.startswith("## ")}
    links = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert "ncvaecollapsebeta-vaedensities" in links  # letters, digits, hyphens: what is made of a heading
    assert links <= headings


def test_a_claim_that_was_not_judged_is_refused():
    rest = [judged(claim) for claim in registry.claims() if claim.id != BETA_VAE]
    with pytest.raises(InvalidInputError, match=f"needs the verdict on {BETA_VAE}"):
        collapse_page.page(rest, registry.find_claim)


def test_a_row_names_a_claim_for_every_kind_of_space():
    with pytest.raises(InvalidInputError, match="must name a claim for each of"):
        Row(name="half", objective="recon", claims={"finite": BETA_VAE})


# What the engine derives by itself, at a point of every region of the parameters, against the words of the statement.
AT = {
    "beta-VAE": {"beta = 2": "every", "beta = 1": "some", "beta = 1/2": "none"},
    "InfoVAE": {
        "alpha = -1 and lambda = 1": "every",
        "alpha = 0 and lambda = 1": "some",
        "alpha = 1/2 and lambda = 1": "none",
    },
    "AAE": {"lambda = 1": "none"},
}
EXPECTED = {"every": collapse.COLLAPSES, "some": collapse.NOT_UNIQUE, "none": collapse.NO_COLLAPSE}


@pytest.mark.parametrize(("name", "place", "word"), [(row, at, word) for row in AT for at, word in AT[row].items()])
def test_the_derived_regimes_agree_with_the_statements(name, place, word):
    row = next(row for row in ROWS if row.name == name)
    for regime in collapse.regimes(from_text(row.objective), given=tuple(place.split(" and "))):
        expected = collapse.UNBOUNDED if word == "none" and DENSITIES in regime.spaces else EXPECTED[word]
        assert regime.outcome.verdict == expected


def test_the_derived_regime_of_the_nc_vae_names_what_its_statement_excludes():
    (row,) = (row for row in ROWS if row.name == "NC-VAE")
    (regime,) = collapse.regimes(from_text(row.objective), given=("beta > 1", "delta > 0"))
    assert set(regime.spaces) == set(SPACES)
    assert regime.outcome.verdict == collapse.NO_COLLAPSE
    assert regime.outcome.data == ("p != n", "pn/pd is not constant on the support of pd")
