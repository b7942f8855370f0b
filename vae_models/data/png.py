"""Reads PNG files without interlacing, 1 to 8 bits a sample, so that drawings need no imaging library."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from vae_models.errors import DataError

Bytes = NDArray[np.uint8]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOUR, _PALETTE, _GREY_ALPHA, _COLOUR_ALPHA = 0, 2, 3, 4, 6
_SAMPLES = {_GREY: 1, _COLOUR: 3, _PALETTE: 1, _GREY_ALPHA: 2, _COLOUR_ALPHA: 4}


def read_png(content: bytes, *, name: str) -> Bytes:
    """Return the image, shape (channels, height, width) with 1 or 3 channels; transparency is left out.

    Args:
        content: Of the file.
        name: Of the file, for messages.

    Raises:
        DataError: It is no PNG, cut off, interlaced or of 16 bits.
    """
    header, palette, packed = _chunks(content, name=name)
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if interlaced or bits > 8 or kind not in _SAMPLES:
        msg = f"{name}: PNG of {bits} bits, type {kind}, interlaced {interlaced}: only up to 8 bits, not interlaced"
        raise DataError(msg)
    samples = _SAMPLES[kind]
    stride = (width * samples * bits + 7) // 8
    try:
        flat = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
    except zlib.error as error:
        msg = f"{name}: PNG is damaged: {error}"
        raise DataError(msg) from error
    if flat.size != height * (stride + 1):
        msg = f"{name}: PNG holds {flat.size} bytes of pixels, expected {height * (stride + 1)}"
        raise DataError(msg)
    lines = flat.reshape(height, stride + 1)
    rows = _unfilter(lines[:, 0], lines[:, 1:].copy(), step=max(1, samples * bits // 8))
    pixels = _samples(rows, bits=bits)[:, : width * samples].reshape(height, width, samples)
    if kind == _PALETTE:
        colours = np.frombuffer(palette, dtype=np.uint8).reshape(-1, 3)
        return np.ascontiguousarray(colours[pixels[..., 0]].transpose(2, 0, 1))
    scaled = pixels if bits == 8 else (pixels.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    channels = 3 if kind in {_COLOUR, _COLOUR_ALPHA} else 1
    return np.ascontiguousarray(scaled[..., :channels].transpose(2, 0, 1))


def _chunks(content: bytes, *, name: str) -> tuple[bytes, bytes, bytes]:
    found: dict[bytes, bytes] = {b"IHDR": b"", b"PLTE": b"", b"IDAT": b"", b"IEND": b""}
    place, ended = len(_SIGNATURE), False
    while content.startswith(_SIGNATURE) and place + 12 <= len(content) and not ended:
        (length,) = struct.unpack_from(">I", content, place)
        kind = content[place + 4 : place + 8]
        if kind in found:
            found[kind] += content[place + 8 : place + 8 + length]
        place, ended = place + 12 + length, kind == b"IEND"
    if not ended or len(found[b"IHDR"]) != 13:
        msg = f"{name}: no PNG, or cut off after {len(content)} bytes"
        raise DataError(msg)
    return found[b"IHDR"], found[b"PLTE"], found[b"IDAT"]


def _samples(rows: Bytes, *, bits: int) -> Bytes:
    if bits == 8:
        return rows
    spread = np.unpackbits(rows, axis=1).reshape(len(rows), -1, bits)
    weights = 1 << np.arange(bits - 1, -1, -1, dtype=np.uint8)
    values: Bytes = (spread * weights).sum(axis=2).astype(np.uint8)
    return values


def _unfilter(filters: Bytes, rows: Bytes, *, step: int) -> Bytes:
    above = np.zeros(rows.shape[1], dtype=np.uint8)
    for kind, row in zip(filters.tolist(), rows, strict=True):
        if kind == 1:
            padded = np.pad(row, (0, -len(row) % step)).reshape(-1, step)
            row[:] = np.cumsum(padded, axis=0, dtype=np.uint8).reshape(-1)[: len(row)]
        elif kind == 2:
            np.add(row, above, out=row)
        elif kind in {3, 4}:
            _predict(row, above, step=step, paeth=kind == 4)
        above = row
    return rows


def _predict(row: Bytes, above: Bytes, *, step: int, paeth: bool) -> None:
    """Add to each byte the mean or the Paeth predictor of its neighbours, one after the other as the format demands."""
    values, upper = row.tolist(), above.tolist()
    for place, value in enumerate(values):
        left = values[place - step] if place >= step else 0
        up = upper[place]
        if not paeth:
            values[place] = (value + (left + up) // 2) & 255
            continue
        corner = upper[place - step] if place >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda neighbour: abs(guess - neighbour))
        values[place] = (value + nearest) & 255
    row[:] = values
