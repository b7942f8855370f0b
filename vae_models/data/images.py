"""Images: the idx format, reduction by area averaging, Omniglot's drawings, and folders of pictures."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_models.data.png import Bytes, read_png
from vae_models.errors import DataError
from variational.errors import InvalidInputError

SUFFIXES = (".png", ".jpg", ".jpeg")
_DRAWING = 105  # side of Omniglot's drawings


def read_idx(path: Path) -> Tensor:
    """Return the bytes of a gzipped idx file (Y. LeCun's format for MNIST), in its shape.

    Raises:
        DataError: It is cut off or of another format.
    """
    try:
        content = gzip.decompress(path.read_bytes())
        _, kind, dimensions = struct.unpack_from(">HBB", content)
        shape = struct.unpack_from(f">{dimensions}I", content, 4)
    except (OSError, EOFError, struct.error) as error:
        msg = f"{path}: no gzipped idx file: {error}"
        raise DataError(msg) from error
    start = 4 + 4 * dimensions
    if kind != 8 or len(content) - start != np.prod(shape):
        msg = f"{path}: idx of type {kind} with {len(content) - start} numbers, expected bytes of shape {shape}"
        raise DataError(msg)
    return torch.from_numpy(np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape).copy())


def averaging(size: int, smaller: int) -> NDArray[np.float32]:
    """Return the matrix that averages ``size`` cells into ``smaller`` equal ones; each row sums to 1."""
    if not 1 <= smaller <= size:
        msg = f"image_size must be at least 1 and at most {size}, got {smaller}"
        raise InvalidInputError(msg)
    edges = np.linspace(0, size, smaller + 1)
    cells = np.arange(size)
    covered = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = np.maximum(covered, 0)
    found: NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def reduce_area(images: Bytes, *, size: int) -> Bytes:
    """Return images of shape (..., height, width) reduced to (..., size, size) by area averaging, rounded to bytes."""
    rows, columns = (averaging(side, size) for side in images.shape[-2:])
    reduced: Bytes = np.rint(rows @ images.astype(np.float32) @ columns.T).astype(np.uint8)
    return reduced


def read_drawings(paths: list[Path], *, size: int, wanted: Callable[[str], bool] = bool) -> Tensor:
    """Return the distinct drawings of zip files, ink 255, reduced to (count, 1, size, size), in order of their names.

    Args:
        paths: Zip files; a drawing is known by its path below the first folder, so one in two files counts once.
        size: Side after reduction.
        wanted: Which members to take.
    """
    found: dict[str, Bytes] = {}
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                key = member.partition("/")[2] if len(paths) > 1 else member
                if member.endswith(".png") and wanted(member) and key not in found:
                    found[key] = read_png(archive.read(member), name=f"{path}:{member}")
    drawings = np.stack([255 - found[key] for key in sorted(found)])
    if drawings.shape[1:] != (1, _DRAWING, _DRAWING):
        msg = f"{paths[0]}: drawings of shape {drawings.shape[1:]}, expected (1, {_DRAWING}, {_DRAWING})"
        raise DataError(msg)
    return torch.from_numpy(reduce_area(drawings, size=size))


def read_chardata(path: Path) -> tuple[Tensor, Tensor]:
    """Return training and test drawings of chardata.mat, shape (count, 1, 28, 28), intensities in [0, 1].

    Source:
        Burda, Grosse, Salakhutdinov (2016), code of IWAE; columns are images, read column by column as SA-VAE does.
    """
    from scipy.io import loadmat  # noqa: PLC0415  slow, and needed here only

    try:
        content = loadmat(path)
        parts = [np.asarray(content[key], dtype=np.float32) for key in ("data", "testdata")]
    except (OSError, KeyError, ValueError, NotImplementedError) as error:
        msg = f"{path}: not the chardata.mat of IWAE with data and testdata: {error!r}"
        raise DataError(msg) from error
    for part in parts:
        if part.ndim != 2 or part.shape[0] != 784:
            msg = f"{path}: arrays of shape {part.shape}, expected 784 rows, one column an image"
            raise DataError(msg)
    images = [torch.from_numpy(np.ascontiguousarray(part.T.reshape(-1, 1, 28, 28, order="C"))) for part in parts]
    return images[0].transpose(-1, -2).contiguous(), images[1].transpose(-1, -2).contiguous()


def read_folder(folder: Path, *, size: int, crop: int | None = None) -> tuple[list[str], Tensor]:
    """Return names and bytes, shape (count, channels, size, size), of all pictures below a folder, in order of names.

    Args:
        folder: With PNG files; JPEG files need Pillow.
        size: Side after reduction.
        crop: Side of the centre square that is kept (140 for CelebA); None takes the largest.

    Raises:
        DataError: There is no picture, one cannot be read, or they differ in the number of channels.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        msg = f"{folder}: expected pictures ({', '.join(SUFFIXES)}) in this folder, found none; name it by --path"
        raise DataError(msg)
    pictures = [
        reduce_area(_centre(_read_picture(path), path=path, side=crop, least=size), size=size) for path in paths
    ]
    for path, picture in zip(paths, pictures, strict=True):
        if picture.shape != pictures[0].shape:
            msg = f"{path}: {picture.shape[0]} channels, expected {pictures[0].shape[0]} as in {paths[0]}"
            raise DataError(msg)
    return [path.relative_to(folder).as_posix() for path in paths], torch.from_numpy(np.stack(pictures))


def _read_picture(path: Path) -> Bytes:
    content = path.read_bytes()
    if path.suffix.lower() == ".png":
        return read_png(content, name=str(path))
    try:
        from PIL import Image  # noqa: PLC0415  optional
    except ImportError as error:
        msg = f"{path}: JPEG files need Pillow; fetch it with: pip install pillow"
        raise DataError(msg) from error
    try:
        picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    except OSError as error:
        msg = f"{path}: no picture: {error}"
        raise DataError(msg) from error
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _centre(picture: Bytes, *, path: Path, side: int | None, least: int) -> Bytes:
    height, width = picture.shape[-2:]
    kept = side or min(height, width)
    if kept < least:
        msg = f"{path}: {height}x{width}, cut to {kept}x{kept}, too small for a side of {least}; see --image-size"
        raise DataError(msg)
    if kept > min(height, width):
        msg = f"{path}: {height}x{width}, too small for a centre square of {kept}"
        raise DataError(msg)
    top, left = (height - kept) // 2, (width - kept) // 2
    return picture[:, top : top + kept, left : left + kept]
