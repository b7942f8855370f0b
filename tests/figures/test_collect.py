"""What is kept of the verdicts and analyses: the claims themselves, their corrected forms, and where they break."""

import io
import json

import pytest

from figures import collect
from figures.kinds import KINDS
from figures.load import load


def claim(name, *evidence, corrected_by=None, status="refuted"):
    return {
        "id": name, "status": status, "printed": "x", "source": "paper, Theorem 1", "assumptions": [],
        "spaces": ["finite"], "reason": "because", "evidence": list(evidence), "corrected_by": corrected_by,
        "seconds": 0.1,
    }  # fmt: skip


def part(name):
    return {"kind": "part", "id": name, "status": "proved"}


CODE = {
    "kind": "code",
    "space": {"functions": {"pd": ["1/2", "1/2", "0"], "pn": ["1/4", "1/4", "1/2"]}, "parameters": {"beta": "1/2"}},
}
PLAIN = {"kind": "code", "space": {"functions": {}, "parameters": {}}}
ENCLOSURE = {
    "kind": "enclosure", "instance": {"beta": "2"}, "left_upper": ["0.1", "0.2"], "right_lower": ["0.3", "0.4"],
}  # fmt: skip


def run(monkeypatch, tmp_path, text, *arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return collect.main([*arguments, "--out", str(tmp_path)])


def test_claims_and_corrected_forms_are_kept_and_parts_are_not(monkeypatch, tmp_path):
    claims = [
        claim("p:a", part("p:a.one"), part("p:b"), corrected_by="p:a.corrected"),
        claim("p:a.one"),
        claim("p:a.corrected", status="proved"),
        claim("p:b", CODE, PLAIN, ENCLOSURE),
    ]
    assert run(monkeypatch, tmp_path, "\n".join(map(json.dumps, claims)), "verdicts") == 0
    kept = load("verdicts", tmp_path)["claims"]
    assert [one["id"] for one in kept] == ["p:a", "p:a.corrected", "p:b"]
    assert kept[0]["corrected_by"] == "p:a.corrected"
    assert kept[2]["witnesses"] == [
        {"kind": "code", "parameters": {"beta": "1/2"}, "ratios": [0.5, 0.5], "bounds": {}},
        # of each enclosure the end that is on the safe side
        {
            "kind": "enclosure",
            "parameters": {"beta": "2"},
            "ratios": [],
            "bounds": {"left_at_most": 0.2, "right_at_least": 0.3},
        },
    ]


def test_regimes_are_kept_without_their_evidence(monkeypatch, tmp_path):
    regime = {"condition": "beta > 1", "spaces": ["finite"], "verdict": "collapses"}
    analysis = {"convex_if": "beta >= 1", "regimes": [{**regime, "evidence": [], "unique": True}], "steps": []}
    assert run(monkeypatch, tmp_path, json.dumps(analysis), "analysis", "beta-vae") == 0
    assert load("beta-vae-analysis", tmp_path) == {
        "schema": KINDS["beta-vae-analysis"].schema,
        "objective": "beta-vae",
        "convex_if": "beta >= 1",
        "regimes": [regime],
    }


def plane(run, seed, **changes):
    optimum = {"shares": [0.5], "data_radii": [1.2], "noise_radii": [5.9], "separation_auc_fraction": 0.9}
    return {
        "run": run, "preset": "any", "seed": seed, "split": "test", "examples": 3, "prior_deviation": 1.0,
        "axis": [0.0, 1.0], "density": [[0.1, 0.2], [0.3, 0.4]], "codes": [[0.0, 1.0]], "noise_codes": [[2.0, 3.0]],
        "optimum": optimum, **changes,
    }  # fmt: skip


def test_codes_of_the_least_seed_are_kept_as_far_as_the_figure_shows_them(monkeypatch, tmp_path):
    planes = [plane("b-seed1", 1), plane("b-seed0", 0), plane("a-seed0", 0), plane("c-seed10", 10)]
    text = "\n".join(map(json.dumps, planes))
    assert run(monkeypatch, tmp_path, text, "planes", "ncvae-figure2") == 0
    assert run(monkeypatch, tmp_path, text, "planes", "infovae-figure3") == 0
    common = {"run", "seed", "split", "examples"}
    for name, fields in (
        ("ncvae-figure2", {"codes", "noise_codes", "optimum"}),
        ("infovae-figure3", {"prior_deviation", "axis", "density"}),
    ):
        kept = load(f"{name}-planes", tmp_path)["planes"]
        assert [one["run"] for one in kept] == ["a-seed0", "b-seed0"]
        assert set(kept[0]) == common | fields
        assert all(kept[1][field] == planes[1][field] for field in fields)


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("", ("analysis", "aae"), "is not the output that analysis needs"),
        ("{", ("verdicts",), "is not the output that verdicts needs"),
        ('{"id": 1}', ("verdicts",), "is not the output that verdicts needs"),
        ('{"convex_if": 1, "regimes": []}', ("analysis", "aae"), "field convex_if"),
        ('{"seed": 0}', ("planes", "infovae-figure3"), "is not the output that planes needs"),
        (
            json.dumps(plane("a", 0, optimum=None)),
            ("planes", "ncvae-figure2"),
            "field planes[0].optimum must be an object, got None",
        ),
        (
            json.dumps(plane("a", 0, density=[[float("nan")]])),
            ("planes", "infovae-figure3"),
            "field planes[0].density[0][0] must be a finite number, got nan",
        ),
    ],
)
def test_other_input_is_refused_in_one_line(monkeypatch, tmp_path, capsys, text, arguments, said):
    assert run(monkeypatch, tmp_path, text, *arguments) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    assert said in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("verdicts", "aae"), ("analysis",), ("analysis", "vae"), ("planes",), ("planes", "aae"), ()]
)
def test_a_wrong_command_line_ends_with_status_2(monkeypatch, tmp_path, arguments):
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, tmp_path, "", *arguments)
    assert stopped.value.code == 2
