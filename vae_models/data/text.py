"""Sentences as rows of token numbers, padded at the end; the vocabulary is that of the training part."""

import codecs
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from vae_models.data.dataset import DataSet, Part, shuffled, split_off
from vae_models.errors import DataError
from variational.errors import InvalidInputError

PADDING, BEGIN, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")


def read_sentences(path: Path) -> list[list[str]]:
    """Return the tokens of each line; lines that are empty or blank are left out.

    Raises:
        DataError: The file is missing, has a line that is no UTF-8, or has no sentence.
    """
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")  # the only end of a line there is
    except OSError as error:
        msg = f"{path}: expected a text file, one sentence a line: {error}"
        raise DataError(msg) from error
    sentences = [tokens for number, line in enumerate(lines, start=1) if (tokens := _decoded(line, path, number))]
    if not sentences:
        msg = f"{path}: expected one sentence a line, found none"
        raise DataError(msg)
    return sentences


def _decoded(line: bytes, path: Path, number: int) -> list[str]:
    try:
        return line.decode("utf-8").split()
    except UnicodeDecodeError as error:
        odd = line[error.start]
        msg = (
            f"{path}, line {number}: byte {odd:#04x} at place {error.start + 1} is no UTF-8; "
            "convert the file, as by: iconv -f latin1 -t utf-8"
        )
        raise DataError(msg) from error


def vocabulary_of(sentences: list[list[str]], *, largest: int | None = None) -> tuple[str, ...]:
    """Return special tokens, then words from frequent to rare, equally frequent ones in alphabetical order."""
    words, counts = np.unique(np.concatenate([np.asarray(tokens) for tokens in sentences]), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    chosen = [str(word) for word in words[order] if str(word) not in SPECIAL]
    return SPECIAL + tuple(chosen if largest is None else chosen[: max(0, largest - len(SPECIAL))])


def encode(
    sentences: list[list[str]], vocabulary: tuple[str, ...], *, length: int | None = None
) -> Int[Tensor, "count length"]:
    """Return each sentence as BEGIN, its tokens and END, padded to the longest; longer ones than ``length`` are cut.

    Args:
        sentences: Tokens.
        vocabulary: As ``vocabulary_of`` makes it; other words become UNKNOWN, and so do those that look like padding,
            begin or end.
        length: Of a row at most, at least 3; None takes the longest sentence.
    """
    if length is not None and length < 3:
        msg = f"length must be at least 3, for a token between begin and end, got {length}"
        raise InvalidInputError(msg)
    numbers = {word: number for number, word in enumerate(vocabulary) if number >= len(SPECIAL)}
    longest = max(map(len, sentences)) + 2 if length is None else length
    rows = np.full((len(sentences), longest), PADDING, dtype=np.int64)
    for row, tokens in zip(rows, sentences, strict=True):
        kept = [numbers.get(token, UNKNOWN) for token in tokens[: longest - 2]]
        row[: len(kept) + 2] = [BEGIN, *kept, END]
    return torch.from_numpy(rows)


def lengths(tokens: Int[Tensor, "count length"]) -> Int[Tensor, " count"]:
    """Return how many entries of each row are not padding."""
    return (tokens != PADDING).sum(dim=1)


def text_data(
    name: str,
    train: list[list[str]],
    test: list[list[str]] | None,
    *,
    validation: int | list[list[str]],
    seed: int,
    largest: int | None = None,
) -> DataSet:
    """Return the data set of sentences.

    Args:
        name: Of the set.
        train: Sentences to learn from, whose words are the vocabulary.
        test: Sentences to measure on, if there are some.
        validation: A part of its own, or how many sentences are taken from training.
        seed: Of what is taken from training.
        largest: Entries of the vocabulary at most, special ones counted; None takes every word.
    """
    drawn: list[list[str]] | None = None if isinstance(validation, int) else validation
    longest = max(len(tokens) for part in (train, drawn or [], test or []) for tokens in part) + 2
    if isinstance(validation, int):
        order = shuffled(Part(examples=torch.arange(len(train))), seed=seed)
        kept, held = split_off(order, validation)
        drawn = None if held is None else [train[number] for number in held.examples.tolist()]
        train = [train[number] for number in kept.examples.tolist()]
    vocabulary = vocabulary_of(train, largest=largest)
    parts = [
        None if part is None else Part(examples=encode(part, vocabulary, length=longest)) for part in (drawn, test)
    ]
    first = Part(examples=encode(train, vocabulary, length=longest))
    return DataSet(name=name, train=first, validation=parts[0], test=parts[1], vocabulary=vocabulary)
