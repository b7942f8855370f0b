"""The Inception network whose pooled features make a Frechet distance a FID; its weights do not ship with the project.

Source: Szegedy et al. (2016), in the form that Heusel et al. (2017) measure with: pools leave the padding out, and the
last block takes the maximum. Names of layers are those of the published file, pt_inception-2015-12-05-6726825d.pth.
"""

import hashlib
import pickle
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from variational.errors import InvalidInputError

PUBLISHED = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"  # sha256 of that file
SIDE = 299
Size = int | tuple[int, int]
Layer = tuple[str, int, int, Size]  # name, channels before and after, kernel; padded to keep the size
AVERAGE, LARGEST, REDUCED = "average", "largest", "reduced"  # pools; the last halves the size
Path_ = tuple[str | tuple[str, str], ...]  # layers in a row; a pair is two layers side by side


class _Convolution(nn.Module):
    def __init__(self, before: int, after: int, kernel: Size, *, stride: int = 1, padding: Size = 0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=0.001)

    def forward(self, images: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(images)))


class _Block(nn.Module):
    """Paths side by side, whose channels are joined; layers named in ``halving`` have stride 2 and no padding."""

    def __init__(self, layers: tuple[Layer, ...], paths: tuple[Path_, ...], halving: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.paths = paths
        for name, before, after, kernel in layers:
            sides = (kernel, kernel) if isinstance(kernel, int) else kernel
            padding = (0, 0) if name in halving else (sides[0] // 2, sides[1] // 2)
            stride = 2 if name in halving else 1
            self.add_module(name, _Convolution(before, after, sides, stride=stride, padding=padding))

    def forward(self, images: Tensor) -> Tensor:
        found: list[Tensor] = []
        for path in self.paths:
            hidden = images
            for step in path:
                hidden = self._step(step, hidden)
            found.append(hidden)
        return torch.cat(found, dim=1)

    def _step(self, step: str | tuple[str, str], hidden: Tensor) -> Tensor:
        if isinstance(step, tuple):
            return torch.cat([self._step(each, hidden) for each in step], dim=1)
        if step == AVERAGE:
            return functional.avg_pool2d(hidden, 3, stride=1, padding=1, count_include_pad=False)
        if step == LARGEST:
            return functional.max_pool2d(hidden, 3, stride=1, padding=1)
        if step == REDUCED:
            return functional.max_pool2d(hidden, 3, stride=2)
        made: Tensor = self.get_submodule(step)(hidden)
        return made


def _row(name: str, count: int) -> Path_:
    return tuple(f"{name}_{place}" for place in range(1, count + 1))


def _block_a(before: int, pooled: int) -> _Block:
    layers: tuple[Layer, ...] = (
        ("branch1x1", before, 64, 1),
        ("branch5x5_1", before, 48, 1),
        ("branch5x5_2", 48, 64, 5),
        ("branch3x3dbl_1", before, 64, 1),
        ("branch3x3dbl_2", 64, 96, 3),
        ("branch3x3dbl_3", 96, 96, 3),
        ("branch_pool", before, pooled, 1),
    )
    paths = (("branch1x1",), _row("branch5x5", 2), _row("branch3x3dbl", 3), (AVERAGE, "branch_pool"))
    return _Block(layers, paths)


def _block_b(before: int) -> _Block:
    layers: tuple[Layer, ...] = (
        ("branch3x3", before, 384, 3),
        ("branch3x3dbl_1", before, 64, 1),
        ("branch3x3dbl_2", 64, 96, 3),
        ("branch3x3dbl_3", 96, 96, 3),
    )
    return _Block(
        layers, (("branch3x3",), _row("branch3x3dbl", 3), (REDUCED,)), halving=("branch3x3", "branch3x3dbl_3")
    )


def _block_c(before: int, inner: int) -> _Block:
    layers: tuple[Layer, ...] = (
        ("branch1x1", before, 192, 1),
        ("branch7x7_1", before, inner, 1),
        ("branch7x7_2", inner, inner, (1, 7)),
        ("branch7x7_3", inner, 192, (7, 1)),
        ("branch7x7dbl_1", before, inner, 1),
        ("branch7x7dbl_2", inner, inner, (7, 1)),
        ("branch7x7dbl_3", inner, inner, (1, 7)),
        ("branch7x7dbl_4", inner, inner, (7, 1)),
        ("branch7x7dbl_5", inner, 192, (1, 7)),
        ("branch_pool", before, 192, 1),
    )
    return _Block(layers, (("branch1x1",), _row("branch7x7", 3), _row("branch7x7dbl", 5), (AVERAGE, "branch_pool")))


def _block_d(before: int) -> _Block:
    layers: tuple[Layer, ...] = (
        ("branch3x3_1", before, 192, 1),
        ("branch3x3_2", 192, 320, 3),
        ("branch7x7x3_1", before, 192, 1),
        ("branch7x7x3_2", 192, 192, (1, 7)),
        ("branch7x7x3_3", 192, 192, (7, 1)),
        ("branch7x7x3_4", 192, 192, 3),
    )
    paths = (_row("branch3x3", 2), _row("branch7x7x3", 4), (REDUCED,))
    return _Block(layers, paths, halving=("branch3x3_2", "branch7x7x3_4"))


def _block_e(before: int, pool: str) -> _Block:
    layers: tuple[Layer, ...] = (
        ("branch1x1", before, 320, 1),
        ("branch3x3_1", before, 384, 1),
        ("branch3x3_2a", 384, 384, (1, 3)),
        ("branch3x3_2b", 384, 384, (3, 1)),
        ("branch3x3dbl_1", before, 448, 1),
        ("branch3x3dbl_2", 448, 384, 3),
        ("branch3x3dbl_3a", 384, 384, (1, 3)),
        ("branch3x3dbl_3b", 384, 384, (3, 1)),
        ("branch_pool", before, 192, 1),
    )
    paths: tuple[Path_, ...] = (
        ("branch1x1",),
        ("branch3x3_1", ("branch3x3_2a", "branch3x3_2b")),
        ("branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")),
        (pool, "branch_pool"),
    )
    return _Block(layers, paths)


class Inception(nn.Module):
    """From images with one or three channels in [0, 1] to 2048 features, the mean over places of the last block."""

    def __init__(self) -> None:
        """Make the layers, by the names of the published file; ``fc`` is in it and is not used."""
        super().__init__()
        self.Conv2d_1a_3x3 = _Convolution(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = _Convolution(32, 32, 3)
        self.Conv2d_2b_3x3 = _Convolution(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = _Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = _Convolution(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = _block_a(192, 32), _block_a(256, 64), _block_a(288, 64)
        self.Mixed_6a = _block_b(288)
        self.Mixed_6b, self.Mixed_6c = _block_c(768, 128), _block_c(768, 160)
        self.Mixed_6d, self.Mixed_6e = _block_c(768, 160), _block_c(768, 192)
        self.Mixed_7a = _block_d(768)
        self.Mixed_7b, self.Mixed_7c = _block_e(1280, AVERAGE), _block_e(2048, LARGEST)
        self.fc = nn.Linear(2048, 1008)

    @torch.no_grad()
    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch features"]:
        """Return the features.

        Raises:
            InvalidInputError: The images have neither one channel nor three.
        """
        if images.shape[1] not in {1, 3}:
            msg = f"images must have one channel or three, got {images.shape[1]}"
            raise InvalidInputError(msg)
        colour = images.to(self.fc.weight.dtype).expand(-1, 3, -1, -1)
        hidden = 2 * functional.interpolate(colour, (SIDE, SIDE), mode="bilinear", align_corners=False) - 1
        hidden = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(hidden)))
        hidden = functional.max_pool2d(hidden, 3, stride=2)
        hidden = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(hidden))
        hidden = functional.max_pool2d(hidden, 3, stride=2)
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"):
            hidden = self.get_submodule(f"Mixed_{name}")(hidden)
        found: Tensor = hidden.mean(dim=(2, 3))
        return found


def load_inception(path: Path) -> Inception:
    """Return the network with the published weights, in evaluation mode; nothing in the file is run.

    Raises:
        InvalidInputError: The file is not there or is another one, since a distance of other features is no FID.
    """
    require_published(path)
    network = Inception()
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, pickle.UnpicklingError) as error:
        first = str(error).splitlines()[0]
        msg = f"{path} must hold the weights of the Inception network: {first}"
        raise InvalidInputError(msg) from error
    network.requires_grad_(requires_grad=False)
    return network.eval()


def require_published(path: Path) -> None:
    """Refuse a file of weights that is not the published one.

    Raises:
        InvalidInputError: The file is not there or is another one.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise InvalidInputError(msg) from error
    if digest != PUBLISHED:
        msg = (
            f"{path} must be pt_inception-2015-12-05-6726825d.pth as published with pytorch-fid, of sha256 "
            f"{PUBLISHED}, got {digest}"
        )
        raise InvalidInputError(msg)
