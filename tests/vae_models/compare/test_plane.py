"""Codes in the plane: the optimum's where they are known in closed form, and those of a run as they are."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.vae_models.compare.models import ConstantEncoder
from vae_models import train
from vae_models.compare.gaussian import TwoGaussians
from vae_models.compare.plane import SHARES, optimal_codes, plane_of
from vae_models.compare.setting import Setting
from vae_models.runs import load_run
from variational.errors import InvalidInputError

FAR = TwoGaussians(dimension=100, deviation=1.0, separation=1.0)
NODES = 0.01  # how far radii, relative to themselves, are off by the distance of the nodes


def setting(*, beta=2.0, delta=1.0, noise_scale=5.0, prior_scale=1.0, **changes):
    weights = {"reconstruction": 1.0, "kl": beta} | ({"contrastive_kl": delta} if delta else {})
    return Setting(
        weights=weights, noise_scale=noise_scale if delta else None, prior_scale=prior_scale, latent_dim=2, **changes
    )


def of_gaussian(scale):
    return [scale * math.sqrt(-2 * math.log(1 - share)) for share in SHARES]


@pytest.mark.parametrize(
    ("noise_scale", "prior_scale", "separation"),
    # by the last separation noise lies where the data density is nothing in double precision
    [(5.0, 1.0, 1.0), (1.5, 2.0, 1.0), (8.0, 0.5, 2.0), (3.0, 1.0, 8.0)],
)
def test_laws_far_apart_have_the_two_priors_as_codes(noise_scale, prior_scale, separation):
    laws = dataclasses.replace(FAR, separation=separation)
    found = optimal_codes(laws, setting(noise_scale=noise_scale * prior_scale, prior_scale=prior_scale))
    np.testing.assert_allclose(found.data_radii, of_gaussian(prior_scale), rtol=NODES)
    np.testing.assert_allclose(found.noise_radii, of_gaussian(noise_scale * prior_scale), rtol=NODES)
    # the area under the ROC curve of N(0, I) and N(0, K^2 I) in the plane
    assert found.separation_auc_fraction == pytest.approx(noise_scale**2 / (1 + noise_scale**2), abs=1e-3)


def test_laws_that_overlap_have_codes_between_the_priors_of_less_separation():
    near = optimal_codes(TwoGaussians(dimension=100, deviation=1.0, separation=0.15), setting())
    apart = optimal_codes(FAR, setting())
    assert all(near.data_radii[k] < near.noise_radii[k] < apart.noise_radii[k] for k in range(2))
    assert 0.5 < near.separation_auc_fraction < apart.separation_auc_fraction
    assert near.information > apart.information


@given(prior_scale=st.floats(0.5, 2.0))
def test_without_contrast_all_codes_are_the_prior(prior_scale):
    found = optimal_codes(FAR, setting(delta=0.0, prior_scale=prior_scale))
    np.testing.assert_allclose(found.data_radii, of_gaussian(prior_scale), rtol=1e-12)
    assert found.data_radii == found.noise_radii
    assert (found.information, found.separation_auc_fraction) == (0.0, 0.5)


@pytest.mark.parametrize("other", [setting(beta=1.0), setting(beta=0.5), setting(draws_codes=False)])
def test_a_loss_without_one_known_optimum_has_no_optimal_codes(other):
    assert optimal_codes(FAR, other) is None


def run_of(tmp_path, preset, *fields):
    assert train.main([preset, "--out", str(tmp_path), "--epochs", "1", "--threads", "1", *fields]) == 0
    return load_run(next(tmp_path.glob(f"{preset}-seed*")))


def test_a_run_shows_its_codes_and_the_density_that_they_are_drawn_from(tmp_path):
    run = run_of(tmp_path, "ncvae-synthetic", "--count", "2000")
    run.model.encoder = ConstantEncoder(2, mean=0.5, deviation=0.4)
    plane = plane_of(run, shown=100)
    assert json.loads(plane.to_text())["schema"] == "vaeproof.plane/1"
    assert len(plane.codes) == len(plane.noise_codes) == 100
    for codes in (plane.codes, plane.noise_codes):
        np.testing.assert_allclose(np.mean(codes, axis=0), 0.5, atol=5 * 0.4 / 10)
        np.testing.assert_allclose(np.std(codes, axis=0), 0.4, rtol=0.4)
    spacing = plane.axis[1] - plane.axis[0]
    across = np.sum(plane.density, axis=0) * spacing**2  # over the second coordinate
    assert across.sum() == pytest.approx(1.0, abs=1e-3)
    assert across @ plane.axis == pytest.approx(0.5, abs=1e-3)
    assert across @ (np.array(plane.axis) - 0.5) ** 2 == pytest.approx(0.4**2, rel=2e-3)
    assert plane.prior_deviation == 1.0


class OffCentre(ConstantEncoder):
    def forward(self, data):
        posterior = super().forward(data)
        return dataclasses.replace(posterior, mean=posterior.mean + torch.tensor([1.44, -0.9]))


def test_the_first_coordinate_changes_along_a_row(tmp_path):
    run = run_of(tmp_path, "ncvae-synthetic", "--count", "100")
    run.model.encoder = OffCentre(2, deviation=0.1)
    plane = plane_of(run)
    row, column = np.unravel_index(np.argmax(plane.density), np.shape(plane.density))
    assert (plane.axis[column], plane.axis[row]) == pytest.approx((1.44, -0.9))
    np.testing.assert_allclose(np.mean(plane.codes, axis=0), (1.44, -0.9), atol=0.2)


@pytest.mark.parametrize(
    ("preset", "fields", "said"),
    [
        ("ncvae-synthetic", ("--count", "100", "--latent-dim", "3"), "latent_dim must be 2"),
        ("illidvae-toy", ("--count", "300"), "objective must be a sum of weighted parts"),
    ],
)
def test_codes_in_other_spaces_are_refused(tmp_path, preset, fields, said):
    with pytest.raises(InvalidInputError, match=said):
        plane_of(run_of(tmp_path, preset, *fields))


def test_a_split_that_is_not_there_is_refused(tmp_path):
    run = run_of(tmp_path, "ncvae-synthetic", "--count", "100")
    without = dataclasses.replace(run, data=dataclasses.replace(run.data, validation=None))
    with pytest.raises(InvalidInputError, match="split must be one that the data have"):
        plane_of(without, split="validation")
