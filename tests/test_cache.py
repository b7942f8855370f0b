"""The cache: a stored verdict is taken only if nothing changed and the verifier accepts it again."""

import dataclasses
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from variational import cache, check, judging
from variational.certificates import certificate
from variational.papers import registry
from variational.recheck import digest
from variational.records import Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
CLAIM = registry.find_claim("ncvae:eq1")
PROVED = registry.find_claim("ncvae:eq1.corrected")


@pytest.fixture
def store(tmp_path):
    return cache.open_store(tmp_path / "cache", reading=True)


def count_judgements(monkeypatch):
    """Return the list of the claims that the judge will be asked about; it decides nothing any more."""
    asked = []

    def judge(claim):
        asked.append(claim.id)
        return Verdict(status=Status.UNDECIDED, reason="judged anew")

    monkeypatch.setattr(judging, "_judged", judge)
    return asked


def entry_file(store, claim=CLAIM):
    return store.entries / f"{claim.id.replace(':', '.')}.json"


def stored(store, claim=CLAIM):
    verdict, _ = judging.timed_verdict(claim, store=store)
    assert entry_file(store, claim).is_file()
    return verdict


def load(store, claim=CLAIM):
    return cache.load(store, claim, registry.find_claim)


def test_a_stored_verdict_is_the_one_that_was_judged(store, monkeypatch):
    verdict = stored(store)
    asked = count_judgements(monkeypatch)
    found, _ = judging.timed_verdict(CLAIM, store=store)
    assert certificate(CLAIM, found) == certificate(CLAIM, verdict)
    assert asked == []


def test_without_a_store_or_with_a_fresh_one_the_claim_is_judged(store, monkeypatch):
    stored(store)
    asked = count_judgements(monkeypatch)
    fresh = dataclasses.replace(store, reading=False)
    assert judging.timed_verdict(CLAIM, store=fresh)[0].reason == "judged anew"
    assert judging.timed_verdict(CLAIM)[0].reason == "judged anew"
    assert asked == [CLAIM.id, CLAIM.id]


def test_a_fresh_run_renews_the_entry(store):
    stored(store)
    entry_file(store).write_text("{}", encoding="utf-8")
    assert stored(dataclasses.replace(store, reading=False)).status is Status.REFUTED
    assert load(store) is not None


CHANGES = {
    "formal statement": {"formal": {**CLAIM.formal, "relation": "<="}},
    "hints": {"hints": {**CLAIM.hints, "more": "1/2"}},
    "wording": {"printed": "0 = 0"},
    "assumptions": {"assumptions": ()},
    "recorded verdict": {"recorded": Status.PROVED},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_claim_is_judged_anew(store, change):
    stored(store)
    assert load(store, dataclasses.replace(CLAIM, **change)) is None


def test_the_parts_that_a_conjunction_names_belong_to_its_content():
    claim = registry.find_claim("ncvae:thm7.corrected")
    inner = registry.find_claim(claim.formal["of"][3])

    def find_changed(name):
        return dataclasses.replace(inner, printed="0 = 0") if name == inner.id else registry.find_claim(name)

    assert cache.content(claim, find_changed) != cache.content(claim, registry.find_claim)


@pytest.mark.parametrize("claim", [*registry.claims(), *registry.claims("controls")], ids=lambda claim: claim.id)
def test_every_claim_has_a_content_that_can_be_hashed(claim):
    assert cache.STATE_NAME.match(cache.content(claim, registry.find_claim))


def test_what_has_no_exact_text_is_no_part_of_a_key():
    with pytest.raises(TypeError, match="float cannot be part of the key"):
        cache.content(dataclasses.replace(CLAIM, hints={"slack": 0.5}), registry.find_claim)


def test_another_library_version_is_another_state(store, monkeypatch):
    stored(store)
    monkeypatch.setattr(cache, "versions", lambda: {"sympy": "0.0"})
    other = cache.open_store(store.folder, reading=True)
    assert other.state != store.state
    assert load(other) is None


def package(folder):
    (folder / "papers").mkdir(parents=True)
    (folder / "certify.py").write_text("bound = 1\n", encoding="utf-8")
    (folder / "inner").mkdir()
    (folder / "inner" / "rules.py").write_text("", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["certify.py", "inner/rules.py", "new.py"])
def test_any_edit_of_the_source_is_another_state(tmp_path, monkeypatch, name):
    folder = package(tmp_path / "package")
    monkeypatch.setattr(cache, "_folders", lambda _: [str(folder)])
    before = cache.judging_state()
    (folder / name).write_text("bound = 2\n", encoding="utf-8")
    assert cache.judging_state() != before


def test_the_source_of_numeric_counts_where_certificates_come_from_there(tmp_path, monkeypatch):
    folders = {"variational": [], "numeric": [str(package(tmp_path / "numeric"))]}
    monkeypatch.setattr(cache, "_folders", folders.__getitem__)
    with_certificates = cache.source_digest()
    (tmp_path / "numeric" / "inner" / "rules.py").write_text("changed", encoding="utf-8")
    assert cache.source_digest() != with_certificates
    (tmp_path / "numeric" / "certify.py").unlink()
    without = cache.source_digest()
    (tmp_path / "numeric" / "inner" / "rules.py").write_text("again", encoding="utf-8")
    assert cache.source_digest() == without


def test_nothing_is_stored_under_a_state_whose_source_was_edited_meanwhile(store):
    edited = dataclasses.replace(store, state="0" * 64)
    judging.timed_verdict(CLAIM, store=edited)
    assert not edited.entries.exists()


def test_an_undecided_verdict_is_not_stored(store, monkeypatch):
    asked = count_judgements(monkeypatch)
    judging.timed_verdict(CLAIM, store=store)
    assert list(store.entries.iterdir()) == []
    assert asked == [CLAIM.id]


def signed(found):
    return {**found, digest.FIELD: digest.digest(found)}


def forged(**fields):
    """Return what alters fields of the certificate in an entry and renews its digest."""

    def forge(text):
        entry = json.loads(text)
        return json.dumps({**entry, "certificate": signed({**entry["certificate"], **fields})})

    return forge


def other_witness(text):
    evidence = json.loads(text)["certificate"]["evidence"]
    return forged(evidence=json.loads(json.dumps(evidence).replace("9/10", "1/2")))(text)


FORGED = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "no object": lambda _: "[]",
    "a letter changed": lambda text: text.replace("9/10", "8/10", 1),
    "status edited": lambda text: text.replace('"refuted"', '"proved"'),
    "status edited, digest renewed": forged(status="proved"),
    "status undecided, digest renewed": forged(status="undecided"),
    "witness edited, digest renewed": other_witness,
    "evidence removed, digest renewed": forged(evidence=[]),
    "other spaces, digest renewed": forged(spaces=["densities"]),
    "another state": lambda text: json.dumps({**json.loads(text), "state": "0" * 64}),
    "no certificate": lambda text: json.dumps({**json.loads(text), "certificate": None}),
    "another schema": lambda text: json.dumps({**json.loads(text), "schema": "vaeproof.cache/0"}),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_damaged_or_edited_entry_is_as_if_it_were_not_there(store, forge):
    verdict = stored(store)
    file = entry_file(store)
    text = file.read_text(encoding="utf-8")
    assert forge(text) != text
    file.write_text(forge(text), encoding="utf-8")
    assert load(store) is None
    again, _ = judging.timed_verdict(CLAIM, store=store)  # judged, and the entry repaired
    assert certificate(CLAIM, again) == certificate(CLAIM, verdict)
    assert load(store) is not None


def test_bytes_that_are_no_text_are_as_if_they_were_not_there(store):
    stored(store)
    entry_file(store).write_bytes(b"\xff\xfe\x00")
    assert load(store) is None


def test_the_entry_of_another_claim_is_not_taken(store):
    stored(store, PROVED)
    entry_file(store).write_bytes(entry_file(store, PROVED).read_bytes())
    assert load(store) is None


def test_concurrent_runs_share_a_folder(store):
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: judging.timed_verdict(CLAIM, store=store)[0].status, range(32)))
    assert set(outcomes) == {Status.REFUTED}
    assert [file.name for file in store.entries.iterdir()] == ["ncvae.eq1.json"]


def test_old_states_are_removed_and_nothing_else(tmp_path):
    for number in range(9):
        (tmp_path / f"{number:032x}").mkdir()
    (tmp_path / "mine").mkdir()
    cache.open_store(tmp_path, reading=True)
    names = [path.name for path in tmp_path.iterdir()]
    assert "mine" in names
    assert len(names) == 1 + cache.KEPT_STATES


FOLDERS = {
    "variable": ({"VAEPROOF_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
    "standard": ({"XDG_CACHE_HOME": "/b"}, Path("/b/vaeproof")),
    "relative": ({"XDG_CACHE_HOME": "b"}, Path.home() / ".cache" / "vaeproof"),
    "nothing": ({}, Path.home() / ".cache" / "vaeproof"),
}


@pytest.mark.parametrize(("environment", "folder"), FOLDERS.values(), ids=FOLDERS)
def test_the_folder_is_the_documented_one(environment, folder):
    assert cache.default_folder(environment) == folder


def test_a_changed_verdict_shows_although_another_is_stored(tmp_path, capsys, monkeypatch):
    arguments = ["ncvae", "--symbolic", "--json", "--claim", CLAIM.id, "--cache", str(tmp_path)]
    assert check.main(arguments) == 0
    assert check.main(arguments) == 0
    changed = dataclasses.replace(CLAIM, formal=PROVED.formal, hints=PROVED.hints)
    monkeypatch.setattr(check.registry, "claims", lambda *_: (changed,))
    monkeypatch.setattr(check.registry, "find_claim", lambda _: changed)
    capsys.readouterr()
    assert check.main(arguments) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "proved"


def test_a_cache_that_cannot_be_written_is_noted_and_does_no_harm(capsys):
    arguments = ["ncvae", "--symbolic", "--json", "--claim", CLAIM.id, "--cache", str(ROOT / "LICENSE")]
    assert check.main(arguments) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["status"] == "refuted"
    assert printed.err.startswith("note: no cache of verdicts: ")
    assert len(printed.err.splitlines()) == 1


def test_what_is_judged_anew_is_printed_alike_from_the_cache():
    targets = ("controls", "ncvae")
    # the first claim of every kind with every verdict
    claims = reversed([claim for target in targets for claim in registry.claims(target)])
    chosen = {(claim.formal["kind"], claim.recorded): claim.id for claim in claims}
    assert {kind for kind, _ in chosen} == {claim.formal["kind"] for claim in registry.claims()}
    selected = [word for claim_id in chosen.values() for word in ("--claim", claim_id)]
    command = [sys.executable, "-m", "variational.check", *targets, *selected, "--symbolic", "--json"]
    runs = []
    for extra in (["--fresh"], []):  # the first renews the entries, in the cache that all tests share
        finished = subprocess.run([*command, *extra], cwd=ROOT, capture_output=True, text=True, check=True)
        runs.append([{**json.loads(line), "seconds": None} for line in finished.stdout.splitlines()])
    assert [len(run) for run in runs] == [len(chosen)] * 2
    assert runs[0] == runs[1]
