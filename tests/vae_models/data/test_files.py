"""Files: real sets have their counts, altered or missing ones are named with the command to fetch them."""

import gzip
import hashlib
import http.server
import struct
import threading
import zipfile
import zlib

import numpy as np
import pytest
import scipy.io
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from vae_models import fetch
from vae_models.config import DataConfig
from vae_models.data import catalogue
from vae_models.data.arrays import from_arrays
from vae_models.data.catalogue import BROUGHT, FILES, SourceFile, checked_files, data_folder, present
from vae_models.data.images import averaging, read_drawings, read_idx, reduce_area
from vae_models.data.png import read_png
from vae_models.data.sources import load
from vae_models.data.text import BEGIN, END, PADDING, UNKNOWN, encode, lengths, read_sentences, vocabulary_of
from vae_models.errors import DataError
from variational.errors import InvalidInputError

ROUNDING = 1e-6  # float32 means of at most 105 cells


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


@pytest.mark.parametrize(
    "content",
    [b"", b"plain", gzip.compress(b"ab"), gzip.compress(struct.pack(">HBBI", 0, 8, 1, 9) + b"short")],
    ids=["empty", "not compressed", "no header", "too short"],  # a compressed file holds the time
)
def test_a_file_that_is_no_idx_is_named(content, tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.gz"):
        read_idx(path)


def png(image, *, bits=8, kind=0, filters=None, palette=b""):
    """A PNG file of an image of shape (height, width, samples), whose lines are filtered as asked."""
    height, width, samples = image.shape
    if bits == 8:
        rows = image.reshape(height, -1)
    else:
        spread = (image.reshape(height, -1, 1) >> np.arange(bits - 1, -1, -1)) & 1
        rows = np.packbits(spread.reshape(height, -1).astype(np.uint8), axis=1)
    step = max(1, samples * bits // 8)
    padded = np.pad(rows.astype(int), ((1, 0), (step, 0)))
    here, left = padded[1:, step:], padded[1:, : padded.shape[1] - step]
    up, corner = padded[:-1, step:], padded[:-1, : padded.shape[1] - step]
    guess = left + up - corner
    distances = np.stack([abs(guess - left), abs(guess - up), abs(guess - corner)])
    paeth = np.choose(distances.argmin(axis=0), [left, up, corner])
    predictions = [0 * here, left, up, (left + up) // 2, paeth]
    filters = filters or [0] * height
    lines = b"".join(
        bytes([kind_of]) + ((here - predictions[kind_of])[row] % 256).astype(np.uint8).tobytes()
        for row, kind_of in enumerate(filters)
    )

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    colours = chunk(b"PLTE", palette) if palette else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + colours
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


@given(
    seed=st.integers(0, 2**31),
    samples=st.sampled_from([(0, 1), (2, 3), (4, 2), (6, 4)]),
    filters=st.lists(st.integers(0, 4), min_size=1, max_size=6),
)
def test_a_png_is_read_whatever_its_filters(seed, samples, filters):
    kind, count = samples
    image = np.random.default_rng(seed).integers(0, 256, size=(len(filters), 5, count)).astype(np.uint8)
    found = read_png(png(image, kind=kind, filters=filters), name="x.png")
    np.testing.assert_array_equal(found, image[..., : 3 if count > 2 else 1].transpose(2, 0, 1))


@given(seed=st.integers(0, 2**31), bits=st.sampled_from([1, 2, 4]))
def test_a_png_of_few_bits_is_spread_to_255(seed, bits):
    image = np.random.default_rng(seed).integers(0, 2**bits, size=(3, 11, 1)).astype(np.uint8)
    found = read_png(png(image, bits=bits), name="x.png")
    np.testing.assert_array_equal(found[0], (image[..., 0] * (255 // (2**bits - 1))))


def test_a_palette_gives_its_colours():
    image = np.array([[[0], [1]], [[1], [0]]], dtype=np.uint8)
    found = read_png(png(image, kind=3, palette=bytes([1, 2, 3, 4, 5, 6])), name="x.png")
    np.testing.assert_array_equal(found[:, 0], [[1, 4], [2, 5], [3, 6]])


WHOLE = png(np.zeros((4, 4, 1), dtype=np.uint8))


@pytest.mark.parametrize(
    "content", [b"", WHOLE[:30], WHOLE[:-12], b"GIF" + WHOLE, WHOLE[:24] + b"\x10" + WHOLE[25:]], ids=range(5)
)
def test_a_damaged_png_is_named(content):
    with pytest.raises(DataError, match=r"x\.png"):
        read_png(content, name="x.png")


@given(size=st.integers(1, 105), smaller=st.integers(1, 105))
def test_area_averaging_keeps_the_mean_and_is_exact_on_cells(size, smaller):
    if smaller > size:
        with pytest.raises(InvalidInputError, match="image_size"):
            averaging(size, smaller)
        return
    matrix = averaging(size, smaller)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=ROUNDING)
    np.testing.assert_allclose(matrix.sum(axis=0), smaller / size, atol=ROUNDING)  # each cell counts the same
    if size % smaller == 0:
        values = np.arange(size, dtype=np.float32)
        np.testing.assert_allclose(matrix @ values, values.reshape(smaller, -1).mean(axis=1), rtol=1e-5)


def test_reduction_of_a_drawing_keeps_its_ink():
    drawing = np.random.default_rng(0).integers(0, 2, size=(3, 105, 105)).astype(np.uint8) * 255
    reduced = reduce_area(drawing, size=28)
    np.testing.assert_allclose(reduced.mean(axis=(1, 2)), drawing.mean(axis=(1, 2)), atol=0.1)


def test_a_drawing_in_two_files_counts_once_and_ink_is_one(tmp_path):
    blank, inked = np.ones((105, 105, 1), dtype=np.uint8), np.zeros((105, 105, 1), dtype=np.uint8)
    for archive, members in (("a", {"x": blank, "y": inked}), ("b", {"y": inked, "z": blank})):
        with zipfile.ZipFile(tmp_path / f"{archive}.zip", "w") as stream:
            for name, image in members.items():
                stream.writestr(f"top_{archive}/{name}.png", png(image, bits=1))
    found = read_drawings([tmp_path / "a.zip", tmp_path / "b.zip"], size=28)
    assert found.shape == (3, 1, 28, 28)
    assert found.flatten(1).unique(dim=1)[:, 0].tolist() == [0, 255, 0]


def test_chardata_is_read_column_by_column(tmp_path):
    image = np.zeros((28, 28), dtype=np.float32)
    image[3, 5] = 1.0  # row 3, column 5; one after the other down the columns, as Matlab does
    column = image.flatten(order="F")[:, None]
    scipy.io.savemat(tmp_path / "chardata.mat", {"data": np.repeat(column, 3, axis=1), "testdata": column})
    data = load(
        DataConfig(source="omniglot-chardata", path=str(tmp_path / "chardata.mat"), validation_size=1), tmp_path
    )
    assert [len(data.train), len(data.validation), len(data.test)] == [2, 1, 1]
    np.testing.assert_array_equal(data.test.examples[0, 0].numpy(), image)


@pytest.mark.parametrize("source", ["image-folder", "celeba"])
def test_a_folder_of_pictures_is_cropped_reduced_and_divided_as_celeba_says(source, tmp_path):
    if source == "celeba":
        tmp_path = tmp_path / "celeba"  # its usual place
        tmp_path.mkdir()
    for number in range(4):
        image = np.zeros((218, 178, 3), dtype=np.uint8)
        image[39:179, 19:159] = 10 * number + 5  # the centre square of 140
        (tmp_path / f"{number}.png").write_bytes(png(image, kind=2))
    (tmp_path / "list_eval_partition.txt").write_text("0.png 0\n1.png 2\n2.png 1\n3.png 0\n", encoding="utf-8")
    path = None if source == "celeba" else str(tmp_path)
    data = load(DataConfig(source=source, path=path), tmp_path.parent)
    assert data.train.shape == (3, 64, 64)
    assert [part.examples.unique().tolist() for part in (data.train, data.validation, data.test)] == [
        [5, 35],
        [25],
        [15],
    ]


def test_faces_of_celeba_without_their_split_are_refused_and_those_of_celebahq_need_none(tmp_path):
    for name in ("celeba", "celebahq"):
        (tmp_path / name).mkdir()
        for number in range(10):
            (tmp_path / name / f"{number}.png").write_bytes(png(np.zeros((256, 256, 3), dtype=np.uint8), kind=2))
    with pytest.raises(DataError, match=r"celeba/list_eval_partition\.txt is missing"):
        load(DataConfig(source="celeba"), tmp_path)
    data = load(DataConfig(source="celebahq"), tmp_path)
    assert data.train.shape == (3, 128, 128)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 1, 1]


@pytest.mark.parametrize("source", BROUGHT)
def test_what_must_be_brought_is_named_with_place_and_command_in_a_line(source, tmp_path):
    with pytest.raises(DataError, match=r"is missing; expected .*python -m vae_models\.train PRESET --path") as caught:
        load(DataConfig(source=source), tmp_path)
    assert str(caught.value).startswith(str(tmp_path / BROUGHT[source]))
    assert "\n" not in str(caught.value)


def test_sentences_at_their_usual_place_are_read(tmp_path):
    folder = tmp_path / BROUGHT["synthetic-text"]
    folder.mkdir()
    for name in ("train", "test"):
        (folder / f"{name}.txt").write_text("a b c\nb c d\n", encoding="utf-8")
    assert load(DataConfig(source="synthetic-text"), tmp_path).test is not None


def test_a_folder_without_pictures_and_one_of_different_ones_are_refused(tmp_path):
    config = DataConfig(source="image-folder", path=str(tmp_path), image_size=2)
    with pytest.raises(DataError, match="found none"):
        load(config, tmp_path)
    (tmp_path / "a.png").write_bytes(png(np.zeros((4, 4, 1), dtype=np.uint8)))
    (tmp_path / "b.png").write_bytes(png(np.zeros((4, 4, 3), dtype=np.uint8), kind=2))
    with pytest.raises(DataError, match=r"b\.png: 3 channels, expected 1"):
        load(config, tmp_path)


def test_sentences_are_numbered_padded_and_cut():
    sentences = [["b", "a", "b"], ["c"], ["a", "b"]]
    vocabulary = vocabulary_of(sentences)
    assert vocabulary[4:] == ("b", "a", "c")
    rows = encode([*sentences, ["d"]], vocabulary, length=4)
    assert rows.tolist() == [
        [BEGIN, 4, 5, END],
        [BEGIN, 6, END, PADDING],
        [BEGIN, 5, 4, END],
        [BEGIN, UNKNOWN, END, PADDING],
    ]
    assert lengths(rows).tolist() == [4, 3, 4, 3]
    assert vocabulary_of(sentences, largest=5)[4:] == ("b",)
    with pytest.raises(InvalidInputError, match="length"):
        encode(sentences, vocabulary, length=2)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe"])
def test_a_text_without_sentences_is_named(content, tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.txt"):
        read_sentences(path)


@pytest.mark.parametrize("before", [b"", b"good\n\n", b"\n\xc3\xa9\n \n"])
def test_odd_bytes_are_named_by_line_and_place(before, tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(before + b"caf\xe9 au lait\nb\n")
    line = before.count(b"\n") + 1
    with pytest.raises(DataError, match=rf"latin\.txt, line {line}: byte 0xe9 at place 4 is no UTF-8; convert .*iconv"):
        read_sentences(path)


def test_empty_lines_marks_and_ends_of_other_systems_are_no_words(tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes("\ufeffa b\r\n\r\n   \n\tc \u2028 d\x0ce\r\n\n".encode())
    assert read_sentences(path) == [["a", "b"], ["c", "d", "e"]]


def test_words_that_are_unknown_or_look_like_marks_are_unknown():
    sentences = [["<s>", "a", "</s>", "new", "<pad>", "<unk>"], ["a"]]
    rows = encode(sentences, vocabulary_of([["a", "a", "<pad>"]]))
    assert rows.tolist() == [
        [BEGIN, UNKNOWN, 4, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, END],
        [BEGIN, 4, END, *[PADDING] * 5],
    ]
    assert lengths(rows).tolist() == [8, 3]


def test_text_is_read_from_a_file_or_from_a_folder(tmp_path):
    (tmp_path / "train.txt").write_text("a b\nc\n" * 50, encoding="utf-8")
    (tmp_path / "valid.txt").write_text("a\n", encoding="utf-8")
    whole = load(DataConfig(source="text", path=str(tmp_path / "train.txt")), tmp_path)
    assert [len(whole.train), len(whole.validation), len(whole.test)] == [80, 10, 10]
    parts = load(DataConfig(source="text", path=str(tmp_path)), tmp_path)
    assert [len(parts.train), len(parts.validation), parts.test] == [100, 1, None]


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
