"""The import hook of the tests refuses a call whose arguments or result do not have the annotated type or shape."""

import dataclasses
import importlib
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import Float, TypeCheckError

from tests.checked_types import checked, install, types_unchecked

Vector = Float[np.ndarray, " n"]
MODULE = '''"""Docstring."""

def twice(number: int) -> int:
    def inner(text: str):
        return text
    return 2 * inner(number)

class Plain:
    def half(self, number: int) -> int:
        return number / 2

    @classmethod
    def same(cls, number: int) -> "Plain":
        return number
'''


@checked
def joined(first: Vector, second: Vector, *, cut: int = 0) -> Vector:
    return (first + second)[cut:]


def test_a_name_of_an_axis_is_one_number_in_a_call_and_may_be_another_in_the_next():
    assert joined(np.ones(2), np.ones(2)).shape == (2,)
    assert joined(np.ones(3), np.ones(3)).shape == (3,)
    with pytest.raises(BeartypeCallHintViolation, match="second"):
        joined(np.ones(3), np.ones(1))


def test_the_result_is_checked_with_the_axes_of_the_arguments():
    with pytest.raises(BeartypeCallHintViolation, match="return"):
        joined(np.ones(3), np.ones(3), cut=1)


def test_a_call_inside_a_call_has_axes_of_its_own():
    @checked
    def outer(whole: Vector) -> Vector:
        joined(whole[1:], whole[1:])
        return whole

    assert outer(np.ones(3)).shape == (3,)


def test_fields_of_a_dataclass_share_their_axes():
    @checked
    @dataclasses.dataclass(frozen=True)
    class Pair:
        first: Vector
        second: Vector

    Pair(np.ones(2), np.ones(2))
    with pytest.raises(BeartypeCallHintViolation, match="second"):
        Pair(np.ones(2), np.ones(3))


def test_the_arguments_of_a_generator_are_checked_before_it_runs():
    @checked
    def pairs(first: Vector, second: Vector) -> Iterator[tuple[float, float]]:
        yield from zip(first, second, strict=True)

    assert len(list(pairs(np.ones(2), np.ones(2)))) == 2
    with pytest.raises(TypeCheckError):
        pairs(np.ones(2), np.ones(3))


def test_checks_can_be_turned_off_and_come_back():
    with types_unchecked():
        assert joined(np.ones(3), np.ones(1)).shape == (3,)
    with pytest.raises(BeartypeCallHintViolation):
        joined(np.ones(3), np.ones(1))


def test_what_is_imported_is_checked_but_for_functions_inside_functions(tmp_path, monkeypatch):
    (tmp_path / "sample_package").mkdir()
    (tmp_path / "sample_package" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "sample_package" / "module.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    install("sample_package")
    module = importlib.import_module("sample_package.module")
    assert module.__doc__ == "Docstring."
    assert module.twice(2) == 4
    with pytest.raises(BeartypeCallHintViolation):
        module.twice("2")
    with pytest.raises(BeartypeCallHintViolation):
        module.Plain().half(3)
    assert module.Plain.same(2) == 2  # a name in quotation marks stands for a class that is not there yet
