"""Files: real sets have their counts, altered or missing ones are named with the command to fetch them."""

import gzip
import hashlib
import http.server
import struct
import threading

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from vae_models import fetch
from vae_models.config import DataConfig
from vae_models.data import catalogue
from vae_models.data.arrays import from_arrays
from vae_models.data.catalogue import BROUGHT, FILES, SourceFile, checked_files, data_folder, present
from vae_models.data.images import read_idx
from vae_models.data.sources import load
from vae_models.data.text import lengths
from vae_models.errors import DataError


def real(name):
    if not present(name.removesuffix("-short"), data_folder(None)):
        pytest.skip(f"{name} is not in {data_folder(None)}; name the folder that has it by {catalogue.VARIABLE}")
    return load(DataConfig(source=name), data_folder(None))


def mean_of(part):
    return part.all().double().mean().item()


@pytest.mark.parametrize(
    ("name", "sizes", "shape", "mean"),
    [
        ("mnist", (50000, 10000, 10000), (1, 28, 28), 0.1307),
        ("fashion-mnist", (50000, 10000, 10000), (1, 28, 28), 0.2860),
        ("omniglot", (4340, 500, 800), (1, 28, 28), 0.0785),
        ("frey-faces", (1565, 200, 200), (1, 28, 20), 0.6063),
    ],
)
def test_a_real_image_set_has_its_counts_and_its_published_mean(name, sizes, shape, mean):
    data = real(name)
    assert tuple(map(len, (data.train, data.validation, data.test))) == sizes
    assert data.train.shape == shape
    assert abs(mean_of(data.train) - mean) < 2e-3


@pytest.mark.parametrize(
    ("name", "sizes", "vocabulary"),
    [
        ("lagging-synthetic", (8000, 1000, 1000), 1004),
        ("yahoo", (9000, 1000, 10000), None),
        ("yelp", (9000, 1000, 10000), None),
        ("yahoo-short", (9000, 1000, 1000), 500),
        ("yelp-short", (9000, 1000, 1000), 500),
    ],
)
def test_a_real_text_set_has_its_counts(name, sizes, vocabulary):
    data = real(name)
    assert tuple(map(len, (data.train, data.validation, data.test))) == sizes
    if vocabulary is not None:
        assert len(data.vocabulary) == vocabulary
        assert data.train.shape == (12,)  # ten words between begin and end
        assert name != "lagging-synthetic" or set(lengths(data.train.examples).tolist()) == {12}
        assert data.test.examples.max() < vocabulary


def test_the_labels_of_mnist_are_those_of_its_images():
    data = real("mnist")
    assert data.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]  # as everybody has seen them


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A data set of one file, published on a server of this machine."""
    content = gzip.compress(struct.pack(">HBB2I", 0, 8, 2, 2, 3) + bytes(range(6)), mtime=0)
    published = tmp_path / "published"
    published.mkdir()
    (published / "x.gz").write_bytes(content)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, directory=str(published), **options)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sha256 = hashlib.sha256(content).hexdigest()
    file = SourceFile(path="small/x.gz", sha256=sha256, url=f"http://127.0.0.1:{server.server_port}/x.gz")
    monkeypatch.setitem(FILES, "small", (file,))
    yield tmp_path / "data", published / "x.gz", file
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_missing_file_is_named_with_what_was_expected_and_the_command(shelf):
    folder, _, file = shelf
    with pytest.raises(DataError) as caught:
        checked_files("small", folder)
    message = str(caught.value)
    for part in (str(folder / file.path), file.sha256[:12], f"python -m vae_models.fetch small --data-dir {folder}"):
        assert part in message


def test_the_command_fetches_what_is_missing_and_checks_it(shelf, capsys):
    folder, published, file = shelf
    assert fetch.main(["small", "--data-dir", str(folder)]) == 0
    assert "sha256 as published" in capsys.readouterr().out
    torch.testing.assert_close(
        read_idx(checked_files("small", folder)[0]), torch.arange(6, dtype=torch.uint8).reshape(2, 3)
    )
    (folder / file.path).write_bytes(published.read_bytes()[:-1])
    with pytest.raises(DataError, match="altered or cut off"):
        checked_files("small", folder)
    assert fetch.main(["small", "--data-dir", str(folder)]) == 1
    (folder / file.path).unlink()
    published.write_bytes(b"something else")
    assert fetch.main(["small", "--data-dir", str(folder)]) == 1
    assert not (folder / file.path).exists()


def test_a_file_without_an_address_is_asked_for_by_its_sha256(tmp_path):
    with pytest.raises(DataError, match=FILES["yelp"][0].sha256):
        checked_files("yelp", tmp_path)


@pytest.mark.parametrize("source", BROUGHT)
def test_what_must_be_brought_is_named_with_place_and_command_in_a_line(source, tmp_path):
    with pytest.raises(DataError, match=r"is missing; expected .*python -m vae_models\.train PRESET --path") as caught:
        load(DataConfig(source=source), tmp_path)
    assert str(caught.value).startswith(str(tmp_path / BROUGHT[source]))
    assert "\n" not in str(caught.value)


def test_arrays_of_any_kind_and_file_are_read(tmp_path):
    values = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    np.save(tmp_path / "one.npy", values)
    np.savez(tmp_path / "many.npz", train=values, test=values[:5], train_labels=np.arange(50))
    torch.save({"train": torch.from_numpy(values)}, tmp_path / "t.pt")
    save_file({"train": torch.from_numpy(values), "noise": torch.from_numpy(values + 1)}, tmp_path / "s.safetensors")
    found = {
        name: load(DataConfig(source="array", path=str(tmp_path / name)), tmp_path)
        for name in ("one.npy", "many.npz", "t.pt", "s.safetensors")
    }
    assert [len(found["one.npy"].train), len(found["one.npy"].validation)] == [40, 5]
    for name in ("many.npz", "t.pt", "s.safetensors"):
        np.testing.assert_array_equal(found[name].train.examples.numpy(), values)
    assert found["many.npz"].train.labels.tolist() == list(range(50))
    assert len(found["s.safetensors"].noise) == 50
    assert from_arrays(np.zeros((20, 2), dtype=bool)).train.examples.dtype == torch.uint8
    assert from_arrays(torch.zeros(20)).train.shape == (1,)


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.pt", "x.safetensors", "x.csv"])
def test_a_file_that_holds_no_arrays_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"no array")
    with pytest.raises(DataError, match=name):
        load(DataConfig(source="array", path=str(tmp_path / name)), tmp_path)


def test_objects_in_an_array_are_not_unpickled(tmp_path):
    np.save(tmp_path / "x.npy", np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"x\.npy.*Object arrays cannot be loaded"):
        load(DataConfig(source="array", path=str(tmp_path / "x.npy")), tmp_path)


def test_an_array_of_the_other_byte_order_is_read(tmp_path):
    values = np.random.default_rng(0).normal(size=(20, 3))
    np.save(tmp_path / "x.npy", values.astype(values.dtype.newbyteorder()))
    np.save(tmp_path / "y.npy", values)
    swapped, native = (
        load(DataConfig(source="array", path=str(tmp_path / name)), tmp_path) for name in ("x.npy", "y.npy")
    )
    np.testing.assert_array_equal(swapped.train.examples.numpy(), native.train.examples.numpy())


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"train": np.array([[0.0], [np.nan]])}, "examples must be finite"),
        ({"train": np.zeros((0, 4))}, "examples must hold at least one"),
        ({"x": np.array(3.0)}, "one example a row"),
        ({"x": np.arange(40).astype("datetime64[s]")}, "datetime64"),
        ({"train": np.zeros((4, 3)), "test": np.zeros((4, 5))}, r"test must have examples of shape \(3,\)"),
        ({"train": np.zeros((4, 3)), "train_labels": np.arange(7)}, r"labels must be one for each of the 4.*\(7,\)"),
    ],
)
def test_what_is_wrong_with_an_array_is_told_in_a_line_with_its_file(arrays, message, tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=rf"data\.npz: .*{message}") as caught:
        load(DataConfig(source="array", path=str(path)), tmp_path)
    assert "\n" not in str(caught.value)


def test_the_validation_size_that_was_asked_for_is_that_of_arrays_too(tmp_path):
    values = np.arange(50.0)[:, None]
    np.save(tmp_path / "one.npy", values)
    np.savez(tmp_path / "named.npz", train=values)
    np.savez(tmp_path / "held.npz", train=values, validation=values[:7])
    sizes = {}
    for name in ("one.npy", "named.npz", "held.npz"):
        found = load(DataConfig(source="array", path=str(tmp_path / name), validation_size=20), tmp_path)
        sizes[name] = (len(found.train), len(found.validation))
    assert sizes == {"one.npy": (25, 20), "named.npz": (30, 20), "held.npz": (50, 7)}
