"""A writer of PNG files, for tests of whatever reads them."""

import struct
import zlib

import numpy as np


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
