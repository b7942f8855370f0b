"""Metrics that need classes: closed forms, all matchings enumerated, calibrated errors, and the classifier they use."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.classes import _crossed_error, class_mismatch, component_accuracy, semi_supervised_error
from vae_models.metrics.classifier import train_classifier
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
SPLIT = {"split": "test"}
MISMATCH = {"classifier": "a table", **SPLIT}


def some_rows(seed, count, classes):
    return torch.softmax(normal(seed, count, classes), dim=1)


def some_labels(seed, count, weights):
    return torch.multinomial(weights, count, replacement=True, generator=generator(seed))


@in_general_position
@given(seed=SEEDS)
def test_the_mismatch_is_the_divergence_of_the_two_distributions(seed):
    rows, labels = some_rows(seed, 7, 3), some_labels(seed, 5, torch.ones(3, **DOUBLE))
    real = [(labels == k).double().mean().item() for k in range(3)]
    made = rows.mean(dim=0).tolist()
    expected = sum(c * math.log(c / made[k]) for k, c in enumerate(real) if c)
    assert class_mismatch(rows, labels, assignment="probabilities", **MISMATCH).value == pytest.approx(
        expected, abs=1e-12
    )
    hard = [(rows.argmax(dim=1) == k).double().mean().item() for k in range(3)]
    found = class_mismatch(rows, labels, assignment="most probable", **MISMATCH)
    if all(hard[k] for k, c in enumerate(real) if c):
        expected = sum(c * math.log(c / hard[k]) for k, c in enumerate(real) if c)
        assert found.value == pytest.approx(expected, abs=1e-12)
    else:
        assert found.value == math.inf
        assert found.error is None


@pytest.mark.parametrize("assignment", ["probabilities", "most probable"])
def test_the_error_of_the_mismatch_is_its_deviation(assignment):
    weights = torch.tensor([0.5, 0.3, 0.2], **DOUBLE)
    records = [
        class_mismatch(
            torch.softmax(3 * normal(seed, 400, 3) + torch.tensor([0.0, 1.5, 0.5], **DOUBLE), dim=1),
            some_labels(seed, 250, weights),
            assignment=assignment,
            **MISMATCH,
        )
        for seed in range(400)
    ]
    values, errors = (torch.tensor([getattr(r, name) for r in records], **DOUBLE) for name in ("value", "error"))
    assert float(errors.square().mean().sqrt() / values.std()) == pytest.approx(1, abs=0.15)


def cost(table, pairs):
    return sum(table[i][j] for i, j in pairs)


@in_general_position
@given(seed=SEEDS, components=st.integers(1, 4), classes=st.integers(1, 4), count=st.integers(1, 30))
def test_the_optimal_matching_is_the_best_of_all_and_the_greedy_one_takes_the_largest_first(
    seed, components, classes, count
):
    assigned = some_labels(seed, count, torch.ones(components, **DOUBLE))
    labels = some_labels(seed + 1, count, torch.ones(classes, **DOUBLE))
    table = [[int(((assigned == i) & (labels == j)).sum()) for j in range(classes)] for i in range(components)]
    size = max(components, classes)
    padded = [[table[i][j] if i < components and j < classes else 0 for j in range(size)] for i in range(size)]
    best = max(sum(padded[i][p[i]] for i in range(size)) for p in itertools.permutations(range(size)))
    found = {name: component_accuracy(assigned, labels, matching=name, **SPLIT) for name in ("greedy", "optimal")}
    assert found["optimal"].value == pytest.approx(best / count)
    free, reached = {(i, j) for i in range(components) for j in range(classes)}, 0
    # the values of the pairs taken in turn are those of the definition wherever no two are equal
    while free:
        largest = max(table[i][j] for i, j in free)
        choices = [pair for pair in free if table[pair[0]][pair[1]] == largest]
        if len(choices) > 1:
            break
        reached += largest
        free = {pair for pair in free if pair[0] != choices[0][0] and pair[1] != choices[0][1]}
    else:
        assert found["greedy"].value == pytest.approx(reached / count)
    assert found["greedy"].value <= found["optimal"].value + 1e-12
    assert found["greedy"].name != found["optimal"].name


def test_greedy_falls_behind_where_the_largest_pair_blocks_two_others():
    cells = {(0, 0): 5, (0, 1): 4, (1, 0): 4}
    rows = [pair for pair, number in cells.items() for _ in range(number)]
    assigned, labels = (torch.tensor([row[k] for row in rows]) for k in (0, 1))
    greedy, optimal = (component_accuracy(assigned, labels, matching=name, **SPLIT) for name in ("greedy", "optimal"))
    assert (greedy.value, optimal.value) == (5 / 13, 8 / 13)
    renamed = component_accuracy(1 - assigned, labels, matching="optimal", **SPLIT)
    assert renamed.value == optimal.value


def test_codes_that_tell_the_classes_apart_have_no_error_and_codes_that_do_not_have_that_of_chance():
    labels = torch.arange(900) % 3
    apart = 10 * torch.nn.functional.one_hot(labels, 3).double() + 0.1 * normal(0, 900, 3)
    noise = normal(1, 900, 3)
    options = {"labels": 100, "draws": 4, "seed": 0, **SPLIT}
    for codes, expected in ((apart, 0.0), (noise, 2 / 3)):
        found = semi_supervised_error(codes[:600], labels[:600], codes[600:], labels[600:], **options)
        assert abs(found.value - expected) <= SIGMAS * found.error
    assert found.error < 0.05
    again = semi_supervised_error(noise[:600], labels[:600], noise[600:], labels[600:], **options)
    assert again == found
    assert "mean of 4 draws of 100 labels" in found.estimator


def test_the_error_of_a_crossed_table_is_its_deviation():
    random = np.random.default_rng(0)
    means, errors = [], []
    for _ in range(600):
        table = 0.3 * random.normal(size=(6, 1)) + random.normal(size=(1, 40)) + 2 * random.normal(size=(6, 40))
        means.append(table.mean())
        errors.append(_crossed_error(table) ** 2)
    exact = 0.3**2 / 6 + 1 / 40 + 4 / 240
    assert np.mean(errors) == pytest.approx(exact, rel=0.1)
    assert np.var(means) == pytest.approx(exact, rel=0.25)


def test_a_classifier_learns_blobs_and_gives_features_and_probabilities():
    labels = torch.arange(300) % 3
    data = (4 * torch.nn.functional.one_hot(labels, 3).float() + normal(0, 300, 3).float()).reshape(300, 1, 3)
    trained = train_classifier(
        data[:200], labels[:200], held_out=(data[200:], labels[200:]), widths=(16, 5), steps=300, seed=1
    )
    assert trained.accuracy > 0.9
    assert "accuracy" in trained.description
    assert trained.features(data[:7]).shape == (7, 5)
    torch.testing.assert_close(trained.probabilities(data[:7]).sum(dim=1), torch.ones(7))
    again = train_classifier(data[:200], labels[:200], widths=(16, 5), steps=300, seed=1)
    torch.testing.assert_close(again.features(data), trained.features(data), rtol=0, atol=0)
    assert again.own_features().name == "frechet_distance_own_features"
    assert not any(weight.requires_grad for weight in trained.trunk.parameters())


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda _z, y: class_mismatch(some_rows(0, 3, 2), y, assignment="probabilities", **MISMATCH), "labels"),
        (lambda _z, y: class_mismatch(some_rows(0, 3, 3), y, assignment="all", **MISMATCH), "assignment"),
        (lambda z, y: semi_supervised_error(z, y, z, y, labels=13, seed=0, **SPLIT), "labels"),
        (lambda z, y: semi_supervised_error(z, y, z, y[:-1], labels=4, seed=0, **SPLIT), "labels"),
        (lambda z, y: semi_supervised_error(z, 0 * y, z, y, labels=4, seed=0, **SPLIT), "labels"),
        (lambda z, y: semi_supervised_error(z, y, z, y, labels=4, draws=1, seed=0, **SPLIT), "draws"),
        (lambda z, y: semi_supervised_error(z, y, z, y, labels=4, penalty=0.0, seed=0, **SPLIT), "penalty"),
        (lambda _z, y: component_accuracy(y, y[:-1], matching="greedy", **SPLIT), "labels"),
        (lambda _z, y: component_accuracy(y - 1, y, matching="greedy", **SPLIT), "labels"),
        (lambda _z, y: component_accuracy(y, y, matching="best", **SPLIT), "matching"),
        (lambda z, y: train_classifier(z, y[:-1]), "data"),
        (lambda z, y: train_classifier(z.long(), y), "data"),
        (lambda z, y: train_classifier(z, y, steps=0), "steps"),
    ],
)
def test_bad_input_is_named(call, named):
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(normal(0, 12, 2), torch.arange(12) % 3)
