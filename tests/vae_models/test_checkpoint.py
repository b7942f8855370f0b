"""Checkpoints come back exactly; damaged and foreign ones are named and passed over; a folder serves one run."""

import errno
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from vae_models.checkpoint import INDEX, STATE, WEIGHTS, find_checkpoint, read_checkpoint, save_checkpoint, set_aside
from vae_models.errors import CheckpointError, FolderInUseError
from vae_models.files import locked, write_whole
from vae_models.state import flatten, unflatten
from variational.errors import InvalidInputError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
STATES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(state=STATES)
def test_a_state_survives_json(state):
    tensors, plain = flatten(state)
    assert tensors == {}
    assert unflatten(tensors, json.loads(json.dumps(plain))) == state


def test_tensors_come_back_bit_for_bit_with_their_types():
    values = [
        torch.tensor([1e-300, -0.0, float("nan")], dtype=torch.float64),
        torch.arange(6, dtype=torch.uint8).reshape(2, 3).T,
        torch.tensor(3),
        torch.tensor([True]),
        torch.zeros(0, 2, dtype=torch.bfloat16),
    ]
    tensors, plain = flatten({"a": values, 0: {"b": values[0]}})
    found = unflatten(tensors, json.loads(json.dumps(plain)))
    for value, back in zip([*values, values[0]], [*found["a"], found[0]["b"]], strict=True):
        torch.testing.assert_close(back, value, rtol=0, atol=0, equal_nan=True)


def test_what_cannot_be_saved_without_code_is_refused_with_its_place():
    with pytest.raises(InvalidInputError, match=r"^a\.b\.0 is a object"):
        flatten({"a": {"b": [object()]}})


def state_of(step):
    return {"model": {"weight": torch.full((3,), float(step))}, "optimiser": {"rate": step / 7}, "best_step": None}


def save(folder, *steps):
    return [save_checkpoint(folder, state_of(step), step=step, identity="run") for step in steps]


def test_the_last_checkpoint_is_found_and_one_before_it_kept(tmp_path):
    save(tmp_path, 1, 2, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-0000000002", "step-0000000003"]
    found = find_checkpoint(tmp_path, identity="run")
    assert found.path.name == "step-0000000003"
    assert found.complaints == ()
    torch.testing.assert_close(found.state["model"]["weight"], state_of(3)["model"]["weight"])
    assert found.state["optimiser"]["rate"] == 3 / 7


def test_the_weights_can_be_read_by_themselves(tmp_path):
    (path,) = save(tmp_path, 4)
    assert list(load_file(path / WEIGHTS)) == ["model.weight"]


def test_an_empty_folder_is_no_error(tmp_path):
    assert find_checkpoint(tmp_path / "none", identity="run").path is None


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def foreign(path):
    path.write_text('{"schema": "something else"}', encoding="utf-8")


def nonsense(path):
    path.write_bytes(b"\xff\xfe nonsense")


def list_instead(path):
    path.write_text("[]", encoding="utf-8")


def without_state(path):
    index = json.loads(path.read_text(encoding="utf-8"))
    del index["state"]
    path.write_text(json.dumps(index), encoding="utf-8")


def of_another_run(path):
    index = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(index | {"identity": "other"}), encoding="utf-8")


def with_other_tensors(path):
    index = json.loads(path.read_text(encoding="utf-8"))
    index["state"]["model"] = {"weight": {"__tensor__": "model.missing"}}
    path.write_text(json.dumps(index), encoding="utf-8")


def remove(path):
    path.unlink()


DAMAGES = [(damage, file) for file in (WEIGHTS, STATE, INDEX) for damage in (cut, foreign, nonsense, remove)]
DAMAGES += [(flip, WEIGHTS), (flip, STATE)]
DAMAGES += [(damage, INDEX) for damage in (list_instead, without_state, of_another_run, with_other_tensors)]


@pytest.mark.parametrize(("damage", "file"), DAMAGES)
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_used(damage, file, tmp_path):
    first, second = save(tmp_path, 1, 2)
    damage(second / file)
    found = find_checkpoint(tmp_path, identity="run")
    assert found.path == first
    assert len(found.complaints) == 1
    assert str(second / file) in found.complaints[0]
    set_aside(found.unusable)
    assert find_checkpoint(tmp_path, identity="run").complaints == ()
    damage(first / file)
    with pytest.raises(CheckpointError, match="no checkpoint can be used"):
        find_checkpoint(tmp_path, identity="run")


def test_best_weights_stay_while_a_checkpoint_refers_to_them(tmp_path):
    for step, best in ((2, 2), (4, 2), (6, 5), (8, 5)):
        if best in {step, step - 1}:
            save_checkpoint(tmp_path, {"model": {"w": torch.full((1,), best)}}, step=best, identity="run", best=True)
        save_checkpoint(tmp_path, {**state_of(step), "best_step": best}, step=step, identity="run")
        found = find_checkpoint(tmp_path, identity="run")
        assert found.state["best"]["model"]["w"].tolist() == [best]
    assert sorted(path.name[:5] for path in tmp_path.iterdir()) == ["best-", "step-", "step-"]
    cut(tmp_path / "best-0000000005" / WEIGHTS)
    with pytest.raises(CheckpointError, match="best-0000000005"):
        find_checkpoint(tmp_path, identity="run")


def kill_at(moment, monkeypatch):
    """Let the process die before the given one of its calls to the system."""
    calls = itertools.count(1)

    def counted(original):
        def call(*arguments, **options):
            if next(calls) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return call

    for name in ("fsync", "mkdir", "rename", "rmdir", "unlink", "open"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_moment_of_saving_leaves_a_whole_checkpoint(tmp_path, monkeypatch):
    """Kill a process before each call to the system in turn, until one saves to the end."""
    moment, finished = 0, False
    while not finished:
        moment += 1
        folder = tmp_path / str(moment)
        save(folder, 1, 2)
        child = os.fork()
        if child == 0:
            kill_at(moment, monkeypatch)
            save(folder, 3)
            os._exit(0)
        finished = os.waitpid(child, 0)[1] == 0
        found = find_checkpoint(folder, identity="run")
        assert found.complaints == ()
        step = int(found.path.name[-1])
        assert step in {2, 3}
        torch.testing.assert_close(found.state["model"]["weight"], state_of(step)["model"]["weight"])
        save(folder, 4)  # the next one clears what the killed one left
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert step == 3
    assert moment > 8


def test_a_folder_is_locked_for_others_and_freed_at_the_end(tmp_path):
    code = "import pathlib, sys; from vae_models.files import locked\nwith locked(pathlib.Path(sys.argv[1])): pass"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with locked(tmp_path):
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "FolderInUseError" in other.stderr
        assert f"process {os.getpid()}" in other.stderr
        with pytest.raises(FolderInUseError, match="in use"), locked(tmp_path):
            pass
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def full(_descriptor):
    raise OSError(errno.ENOSPC, "disk is full")


def test_a_file_is_replaced_whole(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk is full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_file_that_cannot_be_written_is_named_and_nothing_of_it_is_left(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"new")
    with pytest.raises(OSError, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "record.json", b"new")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"disk is full.*record\.json"):
        write_whole(tmp_path / "record.json", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_checkpoint_that_is_read_by_itself_needs_no_identity(tmp_path):
    (path,) = save(tmp_path, 1)
    assert read_checkpoint(path)["optimiser"] == {"rate": 1 / 7}
    shutil.rmtree(path)
    with pytest.raises(CheckpointError, match=r"checkpoint\.json is missing"):
        read_checkpoint(path)
