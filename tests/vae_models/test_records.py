"""Records of training survive JSON exactly; another schema, a missing field or a nan is refused by name."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_models.records import LogRecord, MetricRecord, RunRecord, line, parse, read_log
from vae_models.serial import from_json, to_json
from variational.errors import InvalidInputError

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(min_size=1, max_size=8)
SPLITS = st.sampled_from(["train", "validation", "test"])
# Fields rather than records: the type checks of the tests draw random numbers, which strategies must not.
LOGS = st.fixed_dictionaries(
    {
        "step": st.integers(0, 10**9),
        "epoch": FINITE,
        "split": SPLITS,
        "loss": FINITE,
        "parts": st.dictionaries(NAMES, FINITE, max_size=3),
        "learning_rate": FINITE,
        "examples_per_second": FINITE,
        "seconds": FINITE,
    }
)
METRICS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "value": FINITE,
        "estimator": NAMES,
        "split": SPLITS,
        "samples": st.integers(1, 10**9),
        "cap": st.none() | FINITE,
        "error": st.none() | st.floats(0, 1e300),
    }
)
RUNS = st.fixed_dictionaries(
    {
        "config": st.dictionaries(NAMES, st.none() | FINITE | NAMES | st.lists(st.integers(), max_size=2), max_size=3),
        "identity": NAMES,
        "outcome": st.sampled_from(["done", "stopped early", "interrupted", "non-finite loss"]),
        "step": st.integers(0, 10**9),
        "epoch": FINITE,
        "seconds": FINITE,
        "parameters": st.integers(0, 10**12),
        "best_step": st.none() | st.integers(0, 10**9),
        "best_loss": st.none() | FINITE,
        "loss": st.none() | FINITE,
        "machine": st.dictionaries(NAMES, NAMES, max_size=3),
        "metrics": st.lists(METRICS, max_size=2),
    }
)
LOG = LogRecord(
    step=1,
    epoch=0.5,
    split="train",
    loss=2.0,
    parts={"kl": 1.0},
    learning_rate=0.1,
    examples_per_second=9.0,
    seconds=3.0,
)
RUN = RunRecord(
    config={"seed": 0},
    identity="abc",
    outcome="done",
    step=1,
    epoch=1.0,
    seconds=1.0,
    parameters=1,
    best_step=None,
    best_loss=None,
    loss=None,
    machine={},
)


@given(fields=RUNS)
def test_a_run_record_survives_json(fields):
    metrics = tuple(MetricRecord(**metric) for metric in fields["metrics"])
    record = RunRecord(**fields | {"metrics": metrics})
    assert RunRecord.from_text(record.to_text()) == record


@given(lines=st.lists(LOGS, max_size=4))
def test_a_log_survives_and_a_line_that_was_cut_off_is_left_out(lines, tmp_path_factory):
    records = [LogRecord(**fields) for fields in lines]
    path = tmp_path_factory.mktemp("log") / "metrics.jsonl"
    path.write_text("".join(map(line, records)) + line(LOG)[:20], encoding="utf-8")
    assert read_log(path) == records


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("record", "named"),
    [
        (lambda value: dataclasses.replace(LOG, loss=value), "LogRecord.loss"),
        (lambda value: dataclasses.replace(LOG, parts={"kl": value}), "LogRecord.parts.kl"),
        (
            lambda value: MetricRecord(name="mi", value=value, estimator="e", split="test", samples=1),
            "MetricRecord.value",
        ),
    ],
)
def test_a_number_that_is_not_finite_is_refused_with_its_field(record, named, value):
    with pytest.raises(InvalidInputError, match=f"^{named} is "):
        line(record(value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "vaeproof.run/2"}, "RunRecord.schema must be 'vaeproof.run/1', got 'vaeproof.run/2'"),
        ({"schema": None}, "RunRecord.schema must be"),
        ({"step": "one"}, "RunRecord.step must be int, got 'one'"),
        ({"step": True}, "RunRecord.step must be int, got True"),
        ({"step": 1.5}, "RunRecord.step must be int"),
        ({"outcome": "perhaps"}, "RunRecord.outcome must be one of"),
        ({"metrics": 3}, "RunRecord.metrics must be a list"),
        ({"machine": []}, "RunRecord.machine must be an object"),
        ({"extra": 1}, "RunRecord has no field 'extra'"),
    ],
)
def test_a_record_that_was_altered_is_refused_with_its_field(change, message):
    with pytest.raises(InvalidInputError, match=message):
        RunRecord.from_text(json.dumps(to_json(RUN) | change))


def test_a_missing_field_is_named():
    data = to_json(RUN)
    del data["seconds"]
    with pytest.raises(InvalidInputError, match=r"RunRecord\.seconds is missing"):
        RunRecord.from_text(json.dumps(data))


@pytest.mark.parametrize("text", ['{"loss": NaN}', '{"loss": -Infinity}', "{", ""])
def test_text_that_is_no_json_is_refused(text):
    with pytest.raises(InvalidInputError, match=r"RunRecord (holds|is no JSON)"):
        parse(text, where="RunRecord")


def test_a_record_that_is_no_object_is_refused():
    with pytest.raises(InvalidInputError, match="must be an object, got list"):
        from_json(LogRecord, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [({"name": ""}, "name is empty"), ({"samples": 0}, "samples must"), ({"error": -1.0}, "error must")],
)
def test_a_metric_needs_name_samples_and_an_error_that_is_one(change, message):
    fields = {"name": "mi", "value": 1.0, "estimator": "in batches", "split": "test", "samples": 1}
    with pytest.raises(InvalidInputError, match=message):
        MetricRecord(**fields | change)
