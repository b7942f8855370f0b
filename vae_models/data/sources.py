"""Every data set by name, loaded as its configuration says."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from vae_models.config import DataConfig
from vae_models.data import toy
from vae_models.data.arrays import read_arrays
from vae_models.data.binarise import binarise
from vae_models.data.catalogue import BROUGHT, SUMMARIES, VARIABLE, checked_files
from vae_models.data.dataset import DataSet, Part, divide, shuffled, split_off
from vae_models.data.images import read_chardata, read_drawings, read_folder, read_idx, reduce_area
from vae_models.data.text import read_sentences, text_data
from vae_models.errors import DataError
from variational.errors import InvalidInputError

_BYTE_SCALE = 1 / 255
_CELEBA_CROP, _CELEBA_SIZE = 140, 64  # centre square, and its side after reduction
_CELEBAHQ_SIZE = 128
_PARTITION = "list_eval_partition.txt"
_SHORT_WORDS, _SHORT_VOCABULARY, _SHORT_HELD = 10, 500, 1000


def load(config: DataConfig, folder: Path) -> DataSet:
    """Return a data set, divided, cut to size and binarised.

    Args:
        config: Which one, and how.
        folder: Of the data sets.

    Raises:
        DataError: A file is missing, altered or of another layout.
        InvalidInputError: There is no source of this name, or it cannot be cut or binarised as asked.
    """
    if config.source not in SOURCES:
        msg = f"source must be one of {', '.join(SOURCES)}, got {config.source!r}"
        raise InvalidInputError(msg)
    data = SOURCES[config.source](config, folder)
    if config.train_size is not None:
        if config.train_size > len(data.train):
            msg = f"train_size must be at most the {len(data.train)} training examples, got {config.train_size}"
            raise InvalidInputError(msg)
        data = dataclasses.replace(data, train=data.train.first(config.train_size))
    return binarise(data, config.binarisation, seed=config.data_seed)


def _idx(name: str) -> Callable[[DataConfig, Path], DataSet]:
    def read(config: DataConfig, folder: Path) -> DataSet:
        images, labels, test_images, test_labels = map(read_idx, checked_files(name, folder))
        whole = _images(images[:, None].numpy(), labels.numpy(), size=config.image_size)
        test = _images(test_images[:, None].numpy(), test_labels.numpy(), size=config.image_size)
        train, validation = split_off(whole, _default(config.validation_size, 10_000))
        return DataSet(name=name, train=train, validation=validation, test=test)

    return read


def _digits(config: DataConfig, _folder: Path) -> DataSet:
    from sklearn.datasets import load_digits  # noqa: PLC0415  takes a second, and is needed here only

    bunch = load_digits()
    images = np.asarray(bunch.images, dtype=np.float32)[:, None] / 16
    if config.image_size is not None and config.image_size > images.shape[-1]:
        side = (config.image_size, config.image_size)
        tensor = torch.nn.functional.interpolate(torch.from_numpy(images), side, mode="bilinear", align_corners=False)
        images = tensor.numpy()
    elif config.image_size is not None and config.image_size < images.shape[-1]:
        images = (reduce_area((images * 255).astype(np.uint8), size=config.image_size) / 255).astype(np.float32)
    part = Part(examples=torch.from_numpy(images), labels=torch.as_tensor(bunch.target, dtype=torch.int64))
    held = _default(config.validation_size, 250)
    return divide(part, name="digits", validation=held, test=250, seed=config.data_seed)


def _omniglot(config: DataConfig, folder: Path) -> DataSet:
    paths, size = checked_files("omniglot", folder), config.image_size or 28
    train = Part(examples=read_drawings(paths[:2], size=size), scale=_BYTE_SCALE)
    test = Part(examples=read_drawings(paths[2:], size=size), scale=_BYTE_SCALE)
    held = _default(config.validation_size, 500)
    kept, validation = split_off(shuffled(train, seed=config.data_seed), held)
    return DataSet(name="omniglot", train=kept, validation=validation, test=test)


def _omniglot_chardata(config: DataConfig, folder: Path) -> DataSet:
    train, test = (Part(examples=images) for images in read_chardata(_path(config, folder)))
    held = _default(config.validation_size, 2000)
    kept, validation = split_off(shuffled(train, seed=config.data_seed), held)
    return DataSet(name="omniglot-chardata", train=kept, validation=validation, test=test)


def _frey_faces(config: DataConfig, folder: Path) -> DataSet:
    faces = np.load(checked_files("frey-faces", folder)[0], allow_pickle=False)
    part = Part(examples=torch.from_numpy(faces.reshape(-1, 1, 28, 20)), scale=_BYTE_SCALE)
    held = _default(config.validation_size, 200)
    return divide(part, name="frey-faces", validation=held, test=200, seed=config.data_seed)


def _celeba(config: DataConfig, folder: Path) -> DataSet:
    path = _path(config, folder)
    if not any((place / _PARTITION).is_file() for place in (path, path.parent)):
        msg = f"{path / _PARTITION} is missing; it is published with the pictures of CelebA and says their split"
        raise DataError(msg)
    return _image_folder(config, folder)


def _celebahq(config: DataConfig, folder: Path) -> DataSet:
    return _image_folder(dataclasses.replace(config, image_size=config.image_size or _CELEBAHQ_SIZE), folder)


def _image_folder(config: DataConfig, folder: Path) -> DataSet:
    path = _path(config, folder)
    celeba = (path / _PARTITION, path.parent / _PARTITION)
    partition = next((file for file in celeba if file.is_file()), None)
    crop = _CELEBA_CROP if partition else None
    names, images = read_folder(path, size=config.image_size or _CELEBA_SIZE, crop=crop)
    part = Part(examples=images, scale=_BYTE_SCALE)
    if partition is None:
        held = len(part) // 10
        validation = _default(config.validation_size, held)
        return divide(part, name=path.name, validation=validation, test=held, seed=config.data_seed)
    numbers = dict(line.split()[:2] for line in partition.read_text(encoding="utf-8").splitlines() if line.strip())
    split = np.array([numbers.get(Path(name).name, "") for name in names])
    if not np.isin(split, ["0", "1", "2"]).all() or not (split == "0").any():
        msg = f"{partition}: expected 0, 1 or 2 after the name of each picture below {path}, some of them 0"
        raise DataError(msg)

    def chosen(number: str) -> Part | None:
        mask = torch.from_numpy(split == number)
        return Part(examples=images[mask], scale=_BYTE_SCALE) if bool(mask.any()) else None

    return DataSet(name=path.name, train=chosen("0") or part, validation=chosen("1"), test=chosen("2"))


def _sentences(name: str, *, held: int) -> Callable[[DataConfig, Path], DataSet]:
    def read(config: DataConfig, folder: Path) -> DataSet:
        parts = [read_sentences(path) for path in checked_files(name, folder)]
        validation = _default(config.validation_size, held)
        if len(parts) == 2:
            return text_data(name, parts[0], parts[1], validation=validation, seed=config.data_seed)
        whole = parts[0]
        return text_data(name, whole[:-held], whole[-held:], validation=validation, seed=config.data_seed)

    return read


def _short(name: str) -> Callable[[DataConfig, Path], DataSet]:
    """Return what reads two parts as short sentences of frequent words, so that a small LSTM learns them in seconds."""

    def read(config: DataConfig, folder: Path) -> DataSet:
        train, test = (
            [tokens[:_SHORT_WORDS] for tokens in read_sentences(path)] for path in checked_files(name, folder)
        )
        validation = _default(config.validation_size, _SHORT_HELD)
        return text_data(
            f"{name}-short",
            train,
            test[:_SHORT_HELD],
            validation=validation,
            seed=config.data_seed,
            largest=_SHORT_VOCABULARY,
        )

    return read


def _text(config: DataConfig, folder: Path) -> DataSet:
    path = _path(config, folder)
    if not path.is_dir():
        sentences = read_sentences(path)
        if len(sentences) == 1:
            msg = f"{path}: expected two sentences or more, one a line, the last of which are for the test; got one"
            raise DataError(msg)
        held = max(1, len(sentences) // 10)
        validation = _default(config.validation_size, held)
        return text_data(path.name, sentences[:-held], sentences[-held:], validation=validation, seed=config.data_seed)
    train, valid, test = (path / f"{part}.txt" for part in ("train", "valid", "test"))
    return text_data(
        path.name,
        read_sentences(train),
        read_sentences(test) if test.exists() else None,
        validation=read_sentences(valid) if valid.exists() else _default(config.validation_size, 0),
        seed=config.data_seed,
    )


def _two_gaussians(config: DataConfig, _folder: Path) -> DataSet:
    return toy.two_gaussians(
        dimension=config.dimension,
        count=config.count,
        deviation=config.deviation,
        separation=config.separation,
        seed=config.data_seed,
    )


def _gaussian_noise(config: DataConfig, _folder: Path) -> DataSet:
    return toy.gaussian_and_noise(
        dimension=config.dimension,
        count=config.count,
        deviation=config.deviation,
        separation=config.separation,
        seed=config.data_seed,
    )


def _two_points(config: DataConfig, _folder: Path) -> DataSet:
    return toy.two_points(count=config.count, deviation=config.deviation, seed=config.data_seed)


def _shifted_mixture(config: DataConfig, _folder: Path) -> DataSet:
    return toy.shifted_mixture(
        dimension=config.dimension,
        count=config.count,
        deviation=config.deviation,
        separation=config.separation,
        weight=config.weight,
        seed=config.data_seed,
    )


def _noise_partitions(config: DataConfig, folder: Path) -> DataSet:
    clean = SOURCES[config.base](config, folder)
    return toy.noise_partitions(clean, pattern=config.pattern, variance=config.noise_variance, seed=config.data_seed)


def _codes(config: DataConfig, folder: Path) -> DataSet:
    from vae_models.runs import load_run  # noqa: PLC0415  a run loads its data from here

    return load_run(_path(config, folder), data_dir=str(folder)).codes()


def _array(config: DataConfig, folder: Path) -> DataSet:
    return read_arrays(_path(config, folder), seed=config.data_seed, validation=config.validation_size)


SOURCES: Mapping[str, Callable[[DataConfig, Path], DataSet]] = {
    "digits": _digits,
    "mnist": _idx("mnist"),
    "fashion-mnist": _idx("fashion-mnist"),
    "omniglot": _omniglot,
    "omniglot-chardata": _omniglot_chardata,
    "frey-faces": _frey_faces,
    "image-folder": _image_folder,
    "celeba": _celeba,
    "celebahq": _celebahq,
    "lagging-synthetic": _sentences("lagging-synthetic", held=1000),
    "yahoo": _sentences("yahoo", held=1000),
    "yelp": _sentences("yelp", held=1000),
    "yahoo-short": _short("yahoo"),
    "yelp-short": _short("yelp"),
    "yahoo-whole": _text,
    "yelp-whole": _text,
    "synthetic-text": _text,
    "text": _text,
    "two-gaussians": _two_gaussians,
    "gaussian-noise": _gaussian_noise,
    "two-points": _two_points,
    "shifted-mixture": _shifted_mixture,
    "noise-partitions": _noise_partitions,
    "codes": _codes,
    "array": _array,
}


def _images(images: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", labels: object, *, size: int | None) -> Part:
    reduced = images if size in {None, images.shape[-1]} else reduce_area(images, size=size or 1)
    return Part(
        examples=torch.from_numpy(reduced), labels=torch.as_tensor(labels, dtype=torch.int64), scale=_BYTE_SCALE
    )


def _path(config: DataConfig, folder: Path) -> Path:
    """Return the path of the configuration, or the usual place below the folder of the data sets."""
    if config.path is None and config.source in BROUGHT:
        path = folder / BROUGHT[config.source]
        if not path.exists():
            msg = (
                f"{path} is missing; expected {SUMMARIES[config.source]}; put it there, or name its place with: "
                f"python -m vae_models.train PRESET --path PATH, or the folder that has it by --data-dir or {VARIABLE}"
            )
            raise DataError(msg)
        return path
    if config.path is None:
        msg = f"path must name a file or folder for the source {config.source}, got None"
        raise InvalidInputError(msg)
    path = Path(config.path).expanduser()
    if not path.exists():
        msg = f"{path} is missing; expected {SUMMARIES[config.source]}; name it by --path"
        raise DataError(msg)
    return path


def _default(value: int | None, usual: int) -> int:
    return usual if value is None else value
