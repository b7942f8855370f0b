"""Images: PNG and IDX files, drawings, Matlab's columns and folders of pictures, reduced by areas."""

import gzip
import struct
import zipfile

import numpy as np
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st

from tests.vae_models.data.pictures import png
from vae_models.config import DataConfig
from vae_models.data.images import averaging, read_drawings, read_idx, reduce_area
from vae_models.data.png import read_png
from vae_models.data.sources import load
from vae_models.errors import DataError
from variational.errors import InvalidInputError

ROUNDING = 1e-6  # float32 means of at most 105 cells


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


def test_a_folder_without_pictures_and_one_of_different_ones_are_refused(tmp_path):
    config = DataConfig(source="image-folder", path=str(tmp_path), image_size=2)
    with pytest.raises(DataError, match="found none"):
        load(config, tmp_path)
    (tmp_path / "a.png").write_bytes(png(np.zeros((4, 4, 1), dtype=np.uint8)))
    (tmp_path / "b.png").write_bytes(png(np.zeros((4, 4, 3), dtype=np.uint8), kind=2))
    with pytest.raises(DataError, match=r"b\.png: 3 channels, expected 1"):
        load(config, tmp_path)
    (tmp_path / "a.png").write_bytes(png(np.zeros((1, 4, 1), dtype=np.uint8)))
    with pytest.raises(DataError, match=r"a\.png: 1x4, cut to 1x1, too small for a side of 2; .*--image-size"):
        load(config, tmp_path)
