"""Records: what is missing, of another schema, incomplete or not a number is refused, and the field is named."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.build import REPORT_RECORDS
from figures.catalogue import FIGURES
from figures.kinds import KINDS, Each, Kind
from figures.load import DATA, MissingRecordError, load, parse
from variational.errors import InvalidInputError

KIND = Kind(
    schema="test/1",
    command="make it",
    fields={
        "name": str,
        "yes": bool,
        "bound": (float, None),
        "rows": [{"value": float}],
        "times": Each(float),
        "mixed": [({"a": float}, {"b": str})],
    },
)
GOOD = {
    "schema": "test/1",
    "name": "x",
    "yes": True,
    "bound": None,
    "rows": [{"value": 1}, {"value": 2.5, "more": "free"}],
    "times": {"any": 1.0},
    "mixed": [{"a": 1}, {"b": "c"}],
}


def changed(path, value):
    """Return GOOD with the entry at a path replaced, or removed for a value of Ellipsis."""
    record = copy.deepcopy(GOOD)
    place = record
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(record)


def test_a_good_record_is_returned_whole():
    assert parse(json.dumps(GOOD), KIND, "here") == GOOD


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["schema"], "test/2", "field schema of record here must be 'test/1', got 'test/2'"),
        (["schema"], ..., "field schema of record here must be 'test/1', got None"),
        (["name"], ..., "field name is missing"),
        (["name"], 3, "field name must be a text, got 3"),
        (["yes"], 1, "field yes must be true or false, got 1"),
        (["bound"], "low", "field bound must be a number, got 'low'"),
        (["rows"], {}, "field rows must be a list, got {}"),
        (["rows", 1], 5, "field rows[1] must be an object, got 5"),
        (["rows", 1, "value"], ..., "field rows[1].value is missing"),
        (["rows", 1, "value"], True, "field rows[1].value must be a number, got True"),
        (["rows", 0, "value"], None, "field rows[0].value must be a number, got None"),
        (["rows", 1, "value"], float("nan"), "field rows[1].value must be a finite number, got nan"),
        (["rows", 1, "more"], float("inf"), "field rows[1].more must be a finite number, got inf"),
        (["unread"], [[0.0, float("-inf")]], "field unread[0][1] must be a finite number, got -inf"),
        (["times", "any"], "long", "field times.any must be a number, got 'long'"),
        (["times"], [], "field times must be an object, got []"),
        (["mixed", 0], {"c": 1}, "field mixed[0].a is missing"),
    ],
)
def test_a_bad_record_is_refused_with_the_field_named(path, value, said):
    with pytest.raises(InvalidInputError) as refused:
        parse(changed(path, value), KIND, "here")
    message = str(refused.value)
    assert said in message
    assert message.endswith("make it again by: make it")
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"x"', "null"])
def test_what_is_no_record_is_refused_in_one_line(text):
    with pytest.raises(InvalidInputError, match="record here"):
        parse(text, KIND, "here")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_json_holds_instead_of_rows_is_refused_by_name(value):
    text, wrong = json.dumps({**GOOD, "rows": value}), not isinstance(value, list) or len(value) > 0
    if wrong:  # no such value holds rows with a field "value" unless it is a text, a truth or nan
        with pytest.raises(InvalidInputError, match="rows"):
            parse(text, KIND, "here")
    else:
        assert parse(text, KIND, "here")["rows"] == value


@pytest.mark.parametrize("name", KINDS)
def test_a_missing_record_names_the_command_that_makes_it(name, tmp_path):
    with pytest.raises(MissingRecordError) as refused:
        load(name, tmp_path, tmp_path)
    assert str(refused.value).endswith(f"is missing; make it by: {KINDS[name].command}")


def test_a_record_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "verdicts.json").write_bytes(b"\xff")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load("verdicts", tmp_path)


def test_every_kind_of_record_is_kept_read_by_a_figure_and_small(records):
    read = {record for drawing in FIGURES.values() for record in drawing.records}
    assert read | set(REPORT_RECORDS) == set(KINDS)
    kept = {f"{kind.stem or name}.json" for name, kind in KINDS.items() if not kind.benchmark}
    assert kept <= {path.name for path in DATA.iterdir()}
    assert max(path.stat().st_size for path in DATA.iterdir()) < 300_000
    assert all(record["schema"] == KINDS[name].schema for name, record in records.items())
