"""Sentences: words are numbered, unknown ones too; odd bytes are named by their place."""

import pytest

from vae_models.config import DataConfig
from vae_models.data.catalogue import BROUGHT
from vae_models.data.sources import load
from vae_models.data.text import BEGIN, END, PADDING, UNKNOWN, encode, lengths, read_sentences, vocabulary_of
from vae_models.errors import DataError
from variational.errors import InvalidInputError


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


def test_a_file_of_one_sentence_is_refused_by_name(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("one two three", encoding="utf-8")
    with pytest.raises(DataError, match=r"one\.txt: expected two sentences or more"):
        load(DataConfig(source="text", path=str(path)), tmp_path)


def test_sentences_at_their_usual_place_are_read(tmp_path):
    folder = tmp_path / BROUGHT["synthetic-text"]
    folder.mkdir()
    for name in ("train", "test"):
        (folder / f"{name}.txt").write_text("a b c\nb c d\n", encoding="utf-8")
    assert load(DataConfig(source="synthetic-text"), tmp_path).test is not None
