"""Judged theorems beside measured numbers: which of them speak of a run, and what they say of it."""

import math
from collections.abc import Callable, Iterator

import torch

from numeric.theorem7 import theorem7
from vae_models.compare.evidence import Evidence, constant, mapped, mean_number, number, scaled, total
from vae_models.compare.gaussian import solve_two_gaussians
from vae_models.compare.inverse_lipschitz import inverse_lipschitz
from vae_models.compare.records import PRINTED, Number, Row, difference
from vae_models.compare.rows import ANY, ANY_DECODER, BEST, BEST_OF_FAMILY, FEW, GLOBAL, WEIGHTS, row_of
from vae_models.metrics.latents import log_det_covariance
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.metrics.smoothness import expected_gap, local_smoothness
from vae_models.posterior import Posterior

PERTURBATION = 1e-4  # variance at which the expected gap is near its limit


def rows_of(evidence: Evidence) -> tuple[Row, ...]:
    """Return a row for every theorem below that speaks of the composition of the model and its loss."""
    return tuple(row for statement in STATEMENTS for row in statement(evidence))


def _information(evidence: Evidence) -> Iterator[Row]:
    """Bounds of I(X;Z) for any encoder."""
    if not evidence.rates:
        return
    information, rate = evidence.rates["mutual_information"], evidence.parts["kl"]
    yield row_of("arelbo:thm1.A3", ANY, ("I(X;Z)", information), "<=", ("E KL(q||p)", rate))
    rest = difference(rate, evidence.rates["aggregate_kl"], rests_on="KL in closed form less KL(gamma||p) of draws")
    yield row_of("arelbo:thm1.A2", ANY, ("I(X;Z)", information), "=", ("E KL(q||p) - KL(gamma||p)", rest))
    cap = constant(math.log(len(evidence.data)), "ln of the number of examples")
    yield row_of("arelbo:D1.cap", ANY, ("I(X;Z)", information), "<=", ("ln N", cap))


def _likelihood(evidence: Evidence) -> Iterator[Row]:
    """The ELBO bounds log p(x)."""
    if evidence.codes is None or not evidence.setting.likelihood_is_kept:
        return
    few, split = evidence.data[:FEW], evidence.split
    parts = elbo_parts(evidence.model, few, split=split, draws=8, generator=evidence.generator())
    weighted = importance_weighted_nll(evidence.model, few, k=WEIGHTS, split=split, generator=evidence.generator())
    negative_elbo = next(number(part) for part in parts if part.name == "negative_elbo")
    name = f"-log p(x) from {WEIGHTS} weights"
    yield row_of("ncvae:eq1.corrected", ANY_DECODER, ("-ELBO", negative_elbo), ">=", (name, number(weighted)))


def _collapse(evidence: Evidence) -> Iterator[Row]:
    """Where the optimum keeps no information, and how low a loss can be."""
    setting = evidence.setting
    if not evidence.rates or not setting.weights.get("reconstruction"):
        return
    information = evidence.rates["mutual_information"]
    alpha, nothing = 1 - setting.beta, constant(0.0, "the optimum is collapsed")
    if setting.is_weighted_elbo and not setting.delta and setting.beta > 1:
        yield row_of("ncvae:cor2.1.corrected", BEST, ("I(X;Z)", information), "=", ("0", nothing))
    if setting.divergence > 0 and alpha < 0:
        yield row_of("infovae:special.any-divergence", BEST, ("I(X;Z)", information), "=", ("0", nothing))
    if evidence.entropy is None or not setting.likelihood_is_kept or setting.beta < 0 or setting.divergence < 0:
        return
    regularised = scaled(evidence.parts["kl"], setting.beta)
    loss = total(evidence.parts["reconstruction"], regularised, "reconstruction and weighted KL")
    name = "recon + KL(q||p)" if setting.beta == 1 else f"recon + {setting.beta:g} KL(q||p)"
    if setting.beta >= 1:
        yield row_of("ncvae:positivity.corrected", ANY_DECODER, (name, loss), ">=", ("H(X)", evidence.entropy))
    else:
        kept = scaled(information, -alpha, plus=evidence.entropy.value)
        yield row_of("infovae:prop2.bound", ANY_DECODER, (name, loss), ">=", (f"H(X) - {alpha:g} I(X;Z)", kept))


def _one_variance_of_codes(evidence: Evidence) -> Iterator[Row]:
    """AR-ELBO, section 4: one variance of z for all x."""
    setting, log_variance, codes = evidence.setting, evidence.log_variance, evidence.codes
    if log_variance is None or codes is None or setting.prior_scale != 1:
        return
    size, variance = setting.latent_dim, math.exp(log_variance)
    information = evidence.rates["mutual_information"]
    spread = scaled(number(log_det_covariance(codes, split=evidence.split)), size / 2, plus=-size * log_variance / 2)
    yield row_of(
        "arelbo:F10.corrected", ANY, ("I(X;Z)", information), "<=", ("ln det Cov(z)/2 - d_z ln(sigma_z^2)/2", spread)
    )
    if not setting.is_weighted_elbo or setting.delta or not setting.beta:
        return
    claim, premise = "arelbo:thm2.proof.corrected", BEST_OF_FAMILY
    square = mean_number(codes.posterior.mean.square().sum(dim=1) + size * variance, "means of all codes")
    target = constant(float(size), "number of latent coordinates")
    yield row_of(claim, premise, ("E|mu|^2 + d_z sigma_z^2", square), "=", ("d_z", target))
    rate = constant(-size * log_variance / 2, "the trained sigma_z^2")
    yield row_of(claim, premise, ("E KL(q||p)", evidence.parts["kl"]), "=", ("-d_z ln(sigma_z^2)/2", rate))
    factor = -2 / size
    bound = mapped(information, lambda value: math.exp(factor * value), factor * math.exp(factor * information.value))
    held = constant(variance, "trained")
    yield row_of("arelbo:thm2.corrected", premise, ("sigma_z^2", held), "<=", ("exp(-2 I(X;Z)/d_z)", bound))


def _one_variance_of_data(evidence: Evidence) -> Iterator[Row]:
    """AR-ELBO: what one variance of x allows at an optimum of the negative ELBO."""
    setting, noise = evidence.setting, evidence.noise_variance
    error = evidence.parts.get("squared_error_squared_units")
    plain = setting.is_weighted_elbo and setting.beta == 1 and not setting.delta and setting.likelihood_is_kept
    if noise is None or error is None or evidence.codes is None or not plain or setting.prior_scale != 1:
        return
    variance, rate = evidence.total_variance, evidence.parts["kl"]
    yield row_of("arelbo:F1.corrected", GLOBAL, ("E|x - mu(z)|^2", error), "<=", ("tr Var(x)", variance))
    limit = scaled(variance, 1 / (2 * noise))
    yield row_of("arelbo:main.any-model", GLOBAL, ("E KL(q||p)", rate), "<=", ("tr Var(x)/(2 sigma_x^2)", limit))
    entries = evidence.data[0].numel()
    if any(parameter.requires_grad for parameter in evidence.model.likelihood.parameters()):  # type: ignore[attr-defined]
        held = constant(noise, "trained")
        yield row_of(
            "arelbo:F1.mle", GLOBAL, ("sigma_x^2", held), "=", ("E|x - mu(z)|^2/d_x", scaled(error, 1 / entries))
        )
    if evidence.log_variance is not None:
        deviation = math.exp(evidence.log_variance / 2)
        distance, limit = constant((deviation - 1) ** 2, "trained"), scaled(variance, 1 / (setting.latent_dim * noise))
        yield row_of(
            "arelbo:sec4.1.limit.rate",
            GLOBAL,
            ("(sigma_z - 1)^2", distance),
            "<=",
            ("tr Var(x)/(d_z sigma_x^2)", limit),
        )


def _smoothness(evidence: Evidence) -> Iterator[Row]:
    """AR-ELBO, equation (5): the expected gap is a derivative in the limit."""
    model, few = evidence.model, evidence.data[:FEW]
    if model.is_autoregressive or evidence.has_flow or "squared_error_squared_units" not in evidence.parts:
        return
    gap = expected_gap(
        model,
        few.repeat(10, *[1] * (few.dim() - 1)),
        variance=PERTURBATION,
        split=evidence.split,
        generator=evidence.generator(),
    )
    slope = local_smoothness(model, few, normalisation="frobenius", split=evidence.split)
    ratio = scaled(number(gap), 1 / (2 * PERTURBATION))
    premise = f"the limit s^2 -> 0, at s^2 = {PERTURBATION:g}"
    yield row_of("arelbo:eq5.limit", premise, ("gap(s^2)/(2 s^2)", ratio), "=", ("E|grad mu|_F^2", number(slope)))


def _contrast(evidence: Evidence) -> Iterator[Row]:
    """NC-VAE: what any encoder and what the optimum keeps."""
    setting = evidence.setting
    beta, delta = setting.beta, setting.delta
    if not evidence.rates or not setting.is_weighted_elbo or not (beta > 1 and delta > 0):
        return
    kept = scaled(evidence.rates["mutual_information"], beta - 1)
    name = "I(X;Z)" if beta == 2 else f"{beta - 1:g} I(X;Z)"
    if evidence.distance is not None:
        found = evidence.distance.encoder
        yield row_of("ncvae:information.kept", ANY, ("R(q)", found), ">=", (name, kept))
    if setting.prior_scale is None or setting.noise_scale is None:
        return
    bound = constant(
        constant_code_value(setting.noise_scale / setting.prior_scale, beta, delta, setting.latent_dim),
        "R of the best constant code, in closed form",
    )
    yield row_of("ncvae:information", BEST, (name, kept), "<=", ("R of the best constant code", bound))


def _theorem7(evidence: Evidence) -> Iterator[Row]:
    """NC-VAE, Theorem 7: both sides as corrected, and as printed, where they are refuted at the optimum itself."""
    setting, laws, codes = evidence.setting, evidence.laws, None if evidence.has_flow else evidence.codes
    if laws is None or codes is None or not setting.is_weighted_elbo or not (setting.beta > 1 and setting.delta > 0):
        return
    solution = solve_two_gaussians(laws, setting)
    sides = theorem7(solution)
    name, left = "min over sigma of E KL(p^sigma||q)", scale_free_divergence(codes.posterior)
    right = constant(sides.corrected, "the exact optimum of the reduced problem, on its grids")
    yield row_of("ncvae:thm7.corrected", BEST, (name, left), ">=", ("E[(g-1) KL(r||gamma*)]/G", right))
    # the printed g takes masses and depends on the unit of densities
    points = f"{len(solution.weights)} nodes of log p_n/p_d as points"
    printed = Number(value=sides.printed, basis="certified", rests_on=f"the computed optimum, {points}")
    best = Number(value=sides.left, basis="certified", rests_on="the computed optimum, the best of a search for sigma")
    bound = (f"the same, g as printed, {points}", printed)
    yield row_of("ncvae:thm7", f"{PRINTED}; the encoder of this run", (name, left), ">=", bound)
    yield row_of("ncvae:thm7", f"{PRINTED}; the optimal encoder", (name, best), ">=", bound)


def scale_free_divergence(posterior: Posterior) -> Number:
    """Return min over sigma of E KL(N(0, sigma^2 I) || q(z|x)), the left side of (15) of NC-VAE, in closed form.

    Error:
        Standard error over x at the best sigma, where the value does not depend on it to first order.
    """
    precision = torch.exp(-posterior.log_variance)
    variance = 1 / precision.mean()
    log_ratio = posterior.log_variance - variance.log()
    each = (variance * precision + posterior.mean.square() * precision - 1 + log_ratio).sum(dim=1) / 2
    return mean_number(each, "codes of the examples, sigma in closed form")


def constant_code_value(ratio: float, beta: float, delta: float, latent_dim: int) -> float:
    """Return -(beta + delta) log int p^w n^(1 - w), w = beta/(beta + delta), of N(0, I) and N(0, ratio^2 I); nats.

    Source:
        ncvae:information.constant.
    """
    share = delta / (beta + delta)
    log_overlap = -share * math.log(ratio) - math.log1p(share * (ratio**-2 - 1)) / 2
    return -(beta + delta) * latent_dim * log_overlap


def _inverse_lipschitz(evidence: Evidence) -> Iterator[Row]:
    """IL-LIDVAE: the relative Fisher divergence of prior and posterior beside its bound."""
    return inverse_lipschitz(evidence.model, evidence.data, split=evidence.split, generator=evidence.generator())


STATEMENTS: tuple[Callable[[Evidence], Iterator[Row]], ...] = (
    _information,
    _likelihood,
    _collapse,
    _contrast,
    _theorem7,
    _one_variance_of_codes,
    _one_variance_of_data,
    _smoothness,
    _inverse_lipschitz,
)
