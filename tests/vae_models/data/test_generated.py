"""Generated sets have the moments they claim; binarisation has its law; what makes no sense is refused."""

import dataclasses
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_models.config import DataConfig
from vae_models.data.binarise import binarise
from vae_models.data.catalogue import SUMMARIES
from vae_models.data.dataset import DataSet, Part, divide, split_off
from vae_models.data.sources import SOURCES, load
from vae_models.data.toy import (
    PARTITIONS,
    gaussian_and_noise,
    noise_partitions,
    partition_mask,
    shifted_mixture,
    two_gaussians,
    two_points,
)
from variational.errors import InvalidInputError

FOLDER = Path("no such folder")  # none of these sources has files
COUNT = 20_000
DEVIATIONS = 5  # a mean of n draws is off by more than 5 standard errors once in two million times


def whole(data):
    parts = [data.train, data.validation, data.test]
    return torch.cat([part.examples for part in parts]), torch.cat([part.labels for part in parts])


def assert_moments(draws, *, mean, deviation):
    error = DEVIATIONS * deviation / len(draws) ** 0.5
    torch.testing.assert_close(draws.mean(dim=0), torch.full(draws.shape[1:], float(mean)), atol=error, rtol=0)
    torch.testing.assert_close(draws.std(dim=0), torch.full(draws.shape[1:], float(deviation)), atol=error, rtol=0)


@pytest.mark.parametrize(("dimension", "separation", "deviation"), [(2, 10, 7.5), (100, 1, 1.0)])
def test_two_gaussians_have_their_moments(dimension, separation, deviation):
    data = two_gaussians(dimension=dimension, count=COUNT, deviation=deviation, separation=float(separation), seed=3)
    draws, labels = whole(data)
    assert draws.shape == (2 * COUNT, dimension)
    assert labels.bincount().tolist() == [COUNT, COUNT]
    for label in range(2):
        assert_moments(draws[labels == label], mean=label * separation, deviation=deviation)


def test_the_noise_of_a_contrastive_objective_is_the_second_gaussian():
    data = gaussian_and_noise(dimension=5, count=COUNT, deviation=2.0, separation=3.0, seed=0)
    assert_moments(data.train.examples, mean=0, deviation=2.0)
    assert_moments(data.noise.examples, mean=3, deviation=2.0)


def test_two_points_are_minus_and_plus_one():
    draws, labels = whole(two_points(count=COUNT, deviation=0.0, seed=1))
    torch.testing.assert_close(draws[:, 0], 2.0 * labels - 1)


@pytest.mark.parametrize("weight", [0.0, 0.2, 1.0])
def test_a_mixture_has_its_weight_and_its_components(weight):
    data = shifted_mixture(dimension=1, count=COUNT, deviation=0.5, separation=4.0, weight=weight, seed=1)
    draws, labels = whole(data)
    error = DEVIATIONS * (weight * (1 - weight) / COUNT) ** 0.5
    assert abs(labels.double().mean().item() - weight) <= error
    for label in set(labels.tolist()):
        assert_moments(draws[labels == label], mean=4 * label, deviation=0.5)


@pytest.mark.parametrize(
    ("pattern", "noisy"),
    [
        ("uniform", {"SU", "SL", "BU", "BL"}),
        ("spatial", {"SU", "BU"}),
        ("conditional", {"SU", "SL"}),
        ("spatial-conditional", {"SU"}),
    ],
)
def test_noise_lies_on_the_partitions_of_its_pattern_and_nowhere_else(pattern, noisy):
    labels = torch.arange(10).repeat(200)
    clean = Part(examples=torch.full((2000, 1, 8, 8), 0.25), labels=labels)
    data = noise_partitions(DataSet(name="flat", train=clean), pattern=pattern, variance=0.04, seed=0)
    added = data.train.examples - 0.25
    for partition in PARTITIONS:
        chosen = added[partition_mask(labels, partition, height=8)[:, None, :, None].expand_as(added)]
        if partition in noisy:
            assert_moments(chosen[:, None], mean=0, deviation=0.2)
        else:
            torch.testing.assert_close(chosen, torch.zeros_like(chosen))


def test_the_partitions_cover_every_row_once():
    labels = torch.arange(10)
    cover = sum(partition_mask(labels, partition, height=7).int() for partition in PARTITIONS)
    torch.testing.assert_close(cover, torch.ones(10, 7, dtype=torch.int32))
    rows = {partition: partition_mask(labels, partition, height=7).int() for partition in PARTITIONS}
    assert rows["SU"].sum(dim=1).tolist() == [3] * 5 + [0] * 5  # the odd row belongs to the lower half
    assert rows["BL"].sum(dim=1).tolist() == [0] * 5 + [4] * 5


PROBABILITIES = torch.tensor([0.0, 0.1, 0.5, 0.9, 1.0]).repeat(COUNT, 1)


def binary_mean_error(draws):
    return (draws.mean(dim=0) - PROBABILITIES[0]).abs().max().item()


def test_dynamic_binarisation_draws_anew_and_static_does_not():
    clean = DataSet(name="p", train=Part(examples=PROBABILITIES), test=Part(examples=PROBABILITIES))
    error = DEVIATIONS * 0.5 / COUNT**0.5
    index = torch.arange(COUNT)
    generator = torch.Generator().manual_seed(0)
    for kind, differ in (("dynamic", True), ("static", False)):
        data = binarise(clean, kind, seed=1)
        first, second = (data.train.take(index, dtype=torch.float32, generator=generator) for _ in range(2))
        assert set(first.unique().tolist()) == {0.0, 1.0}
        assert binary_mean_error(first) <= error
        assert bool((first != second).any()) is differ
        torch.testing.assert_close(first[:, [0, -1]], PROBABILITIES[:, [0, -1]])  # 0 and 1 are certain
        held = [data.test.take(index, dtype=torch.float32, generator=generator) for _ in range(2)]
        torch.testing.assert_close(held[0], held[1])
        assert binary_mean_error(held[0]) <= error
    assert binarise(clean, "real", seed=1) is clean


def test_static_binarisation_repeats_with_its_seed_and_splits_differ():
    clean = DataSet(name="p", train=Part(examples=PROBABILITIES), test=Part(examples=PROBABILITIES))
    first, again, other = (binarise(clean, "static", seed=seed) for seed in (1, 1, 2))
    torch.testing.assert_close(first.train.examples, again.train.examples)
    assert not torch.equal(first.train.examples, other.train.examples)
    assert not torch.equal(first.train.examples, first.test.examples)


def test_bytes_are_intensities():
    part = Part(examples=torch.tensor([[0], [51], [255]], dtype=torch.uint8), scale=1 / 255)
    torch.testing.assert_close(part.all(dtype=torch.float64), torch.tensor([[0.0], [0.2], [1.0]]).double())


@pytest.mark.parametrize("source", ["digits", "two-gaussians", "gaussian-noise", "two-points", "shifted-mixture"])
def test_loading_repeats_and_another_seed_gives_another_order(source, tmp_path):
    config = DataConfig(source=source, count=100)
    first, again = (load(config, tmp_path) for _ in range(2))
    torch.testing.assert_close(first.train.examples, again.train.examples)
    other = load(dataclasses.replace(config, data_seed=1), tmp_path)
    assert not torch.equal(first.train.examples, other.train.examples)


def test_the_splits_of_digits_are_disjoint_and_complete(tmp_path):
    data = load(DataConfig(source="digits"), tmp_path)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [1297, 250, 250]
    images, labels = whole(data)
    assert len(images.flatten(1).unique(dim=0)) == len(images)
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    torch.testing.assert_close(images.mean().item(), 4.884 / 16, atol=1e-4, rtol=0)  # as scikit-learn's images


@pytest.mark.parametrize("size", [4, 28])
def test_digits_come_in_any_size(size, tmp_path):
    data = load(DataConfig(source="digits", image_size=size), tmp_path)
    assert data.train.shape == (1, size, size)
    assert 0.28 < data.train.all().mean() < 0.33


@given(count=st.integers(2, 40), held=st.integers(0, 40))
def test_splitting_off_loses_nothing(count, held):
    part = Part(examples=torch.arange(count, dtype=torch.float32)[:, None], labels=torch.arange(count))
    if held >= count:
        with pytest.raises(InvalidInputError, match="validation_size"):
            split_off(part, held)
        return
    kept, rest = split_off(part, held)
    pieces = [kept.examples] + ([] if rest is None else [rest.examples])
    torch.testing.assert_close(torch.cat(pieces), part.examples)
    assert len(kept) == count - held


def test_division_is_a_partition():
    part = Part(examples=torch.arange(50, dtype=torch.float32)[:, None], labels=torch.arange(50))
    data = divide(part, name="n", validation=7, test=5, seed=0)
    examples, labels = whole(data)
    torch.testing.assert_close(examples.sort(dim=0).values, part.examples)
    torch.testing.assert_close(examples[:, 0].long(), labels)


def test_sources_and_summaries_name_the_same_sets():
    assert list(SOURCES) == list(SUMMARIES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Part(examples=torch.zeros(0, 2)), "at least one"),
        (lambda: Part(examples=torch.tensor([[float("nan")]])), "finite"),
        (lambda: Part(examples=torch.tensor([[1.5]]), stochastic=True), "between 0 and 1"),
        (lambda: Part(examples=torch.tensor([[-0.5]]), stochastic=True), "between 0 and 1"),
        (
            lambda: DataSet(name="n", train=Part(examples=torch.zeros(1, 2)), test=Part(examples=torch.zeros(1, 3))),
            "shape",
        ),
        (lambda: partition_mask(torch.arange(3), "XY", height=4), "partition must be one of"),
        (lambda: load(DataConfig(source="nothing"), FOLDER), "source must be one of digits"),
        (lambda: load(DataConfig(source="digits", train_size=1298), FOLDER), "train_size must be at most the 1297"),
        (lambda: load(DataConfig(source="digits", validation_size=1600), FOLDER), "validation_size must"),
        (lambda: load(DataConfig(source="text"), FOLDER), "path must name"),
        (lambda: load(DataConfig(source="two-gaussians", binarisation="static"), FOLDER), "between 0 and 1"),
        (lambda: load(DataConfig(source="array"), FOLDER), "path must name"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InvalidInputError, match=message):
        make()
