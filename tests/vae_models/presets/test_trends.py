"""What the papers' small experiments are to show, on short runs of their presets: directions, never "converged"."""

import math

import pytest
import torch

from vae_models import train
from vae_models.divergences.kernels import gaussian_kernel
from vae_models.divergences.mmd import squared_mmd
from vae_models.metrics.codes import encode
from vae_models.metrics.separation import separation
from vae_models.records import read_log
from vae_models.runs import load_run


def run_of(out, preset, *words):
    words = [preset, *words, "--evaluate-every", "100", "--threads", "1", "--device", "cpu"]
    assert train.main([*words, "--out", str(out / preset)]) == 0
    (folder,) = (out / preset).iterdir()
    return load_run(folder)


def codes_of(run, data):
    return encode(run.model, data, generator=torch.Generator().manual_seed(0))


def test_codes_of_nc_vae_tell_data_from_noise_and_those_of_beta_vae_do_not(tmp_path):
    """At the optimum q is N(0, I) on data and N(0, 25 I) on noise: 25/26, by their scale, while their means agree."""
    found = {}
    for preset in ("ncvae-synthetic", "ncvae-synthetic-beta-vae"):
        run = run_of(tmp_path, preset, "--steps", "500", "--count", "3000")
        data, noise = codes_of(run, run.data.test.all()), codes_of(run, run.data.noise.all())
        found[preset] = separation(data, noise, split="test")
    assert found["ncvae-synthetic"].value == pytest.approx(25 / 26, abs=0.03)
    assert found["ncvae-synthetic-beta-vae"].value < 0.6


def test_the_elbo_of_two_points_sharpens_and_leaves_the_prior_while_infovae_stays(tmp_path):
    """The decoder's deviation falls towards its floor, 0.02, and the loss with it; InfoVAE keeps away from both."""
    words = [
        "--steps",
        "600",
        "--count",
        "1000",
        "--batch-size",
        "100",
        "--learning-rate",
        "2e-3",
        "--log-every",
        "200",
    ]
    discrepancies, rates, deviations = [], [], []
    for preset in ("infovae-two-point", "infovae-two-point-elbo"):
        run = run_of(tmp_path, preset, *words)
        codes = codes_of(run, run.data.test.all())
        draws = run.model.prior.sample(len(codes), generator=torch.Generator().manual_seed(1)).double()
        with torch.no_grad():
            log_variance = run.model.likelihood.mean_and_log_variance(run.model.decoder(codes.latent.float()))[1]
        discrepancies.append(float(squared_mmd(codes.latent, draws, kernel=gaussian_kernel, unbiased=True)))
        rates.append(float(codes.posterior.kl().mean()))
        deviations.append(float((log_variance / 2).exp().mean()))
    assert discrepancies[1] > 10 * max(discrepancies[0], 1e-3)
    assert rates[0] < math.log(2) < rates[1]
    assert deviations[1] < 0.1 < deviations[0]
    losses = [record.loss for record in read_log(run.folder / "metrics.jsonl") if record.split == "train"]
    assert losses == sorted(losses, reverse=True)
