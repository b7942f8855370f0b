"""What the suite computes of codes and likelihoods: one function a metric, which yields records or reasons."""

import dataclasses
from collections.abc import Iterator

import torch

from vae_models.evaluation_priors import second_moment, stationary_variance, tuned_variance
from vae_models.metrics.batches import BATCHES, in_batches_of
from vae_models.metrics.classes import component_accuracy, semi_supervised_error
from vae_models.metrics.codes import Codes, infer
from vae_models.metrics.discrepancy import named_kernel, squared_discrepancy
from vae_models.metrics.estimates import least_upper_bound, mean_record
from vae_models.metrics.information import full_data_information, in_batch_information, leave_one_out_information
from vae_models.metrics.latents import active_units, log_det_covariance
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.metrics.mixture import (
    MixtureCodes,
    mixture_elbo_parts,
    mixture_information,
    mixture_nll,
    mixture_rate,
)
from vae_models.metrics.mixture_information import mixture_in_batch_information, mixture_quadrature_information
from vae_models.metrics.separation import separation
from vae_models.metrics.smoothness import inner_constant
from vae_models.metrics.subject import NotApplicableError, Subject
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.flows import before_flow
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from vae_models.records import MetricRecord
from vae_models.settings.objectives import NCVAEConfig
from variational.errors import InvalidInputError

Found = Iterator[MetricRecord | str]  # a record, or why one is left out
PAIRED = 5000  # codes whose pairs the inverse Lipschitz constant is measured on


def yield_elbo(subject: Subject) -> Found:
    """Yield the parts of the ELBO that have a meaning for the model."""
    if subject.has_classes:
        yield from mixture_elbo_parts(
            subject.model,
            subject.x,
            split=subject.split,
            batch_size=subject.options.batch_size,
            generator=subject.generator("elbo"),
        )
        return
    hidden = set()
    if subject.codes_are_points:
        hidden = {"negative_elbo", "kl"}
        yield "codes are points: KL(q(z|x)||p) is infinite"
    profiled = subject.profiled
    if profiled is not None and profiled.parameterisation not in {"Iso-I", "Diag-I"}:
        hidden |= {"negative_elbo", "reconstruction"}
        yield f"the variance of {profiled.parameterisation} is profiled for each x, so that there is no p(x|z)"
    options = subject.options
    parts = elbo_parts(
        subject.model,
        subject.x,
        split=subject.split,
        draws=options.draws,
        batch_size=options.batch_size,
        generator=subject.generator("elbo"),
    )
    yield from (record for record in parts if record.name not in hidden)


def yield_test_priors(subject: Subject) -> Found:
    """Yield KL and -ELBO of an NC-VAE under f(K, beta, delta) and under the tuned prior."""
    objective = subject.config.objective
    if not isinstance(objective, NCVAEConfig):
        msg = "the objective is not that of NC-VAE"
        raise NotApplicableError(msg)
    if subject.has_flow:
        msg = "q(z|x) is moved by a flow, so that its KL to another prior has no closed form"
        raise NotApplicableError(msg)
    trained = subject.model.prior
    if not (isinstance(trained, IsotropicPrior) and trained.variance == 1):
        msg = "the prior of training is not N(0, I), for which f(K, beta, delta) is derived"
        raise NotApplicableError(msg)
    tuning = subject.data.validation
    weights = [float(weight) for weight in (objective.beta, objective.delta) if isinstance(weight, (int, float))]
    if len(weights) < 2:
        msg = "beta or delta are schedules, and f(K, beta, delta) is for numbers"
        raise NotApplicableError(msg)
    stationary = stationary_variance(objective.noise_scale, beta=weights[0], delta=weights[1])
    variances = {"f": stationary}
    if tuning is not None:
        held = infer(
            subject.model, subject.examples(tuning, purpose="data validation"), batch_size=subject.options.batch_size
        )
        variances["tuned"] = tuned_variance(float(second_moment(held)), stationary=stationary)
    else:
        yield "there are no validation data to tune the prior on"
    model, likelihood = subject.model, {}
    for record in elbo_parts(
        model,
        subject.x,
        split=subject.split,
        batch_size=subject.options.batch_size,
        generator=subject.generator("elbo"),
    ):
        likelihood[record.name] = record
    posterior = subject.codes.posterior
    for name, variance in variances.items():
        estimator = f"prior N(0, {variance:.4g} I) in place of that of training"
        kl = mean_record(posterior.kl(variance), name=f"kl_prior_{name}", estimator=estimator, split=subject.split)
        yield kl
        yield dataclasses.replace(
            kl,
            name=f"negative_elbo_prior_{name}",
            value=kl.value + likelihood["reconstruction"].value,
            # an upper bound of the error of the sum, whose terms depend on each other
            error=(kl.error or 0.0) + (likelihood["reconstruction"].error or 0.0),
        )


def _mixed(subject: Subject) -> Codes:
    """Return the codes in another order, since batches of one class tell nothing of all."""
    codes = subject.codes
    order = torch.randperm(len(codes), generator=subject.generator("order"), device=subject.device)
    return Codes(
        posterior=Posterior(codes.posterior.mean[order], codes.posterior.log_variance[order]),
        latent=codes.latent[order],
    )


def yield_information_by_batch(subject: Subject) -> Found:
    """Yield estimates of I(X;Z) in batches of several sizes, each with its cap."""
    if subject.has_classes:
        msg = "a model with classes has no Gaussian q(z|x)"
        raise NotApplicableError(msg)
    mixed = _mixed(subject)
    for size in BATCHES:
        if size <= len(mixed):
            found = in_batch_information(mixed, batch_size=size, split=subject.split)
            yield dataclasses.replace(found, name=in_batches_of(size))
        else:
            yield f"there are {len(mixed)} x, too few for a batch of {size}"


def yield_information(subject: Subject) -> Found:
    """Yield I(X;Z) by every estimator that applies, and the least of the upper bounds."""
    if subject.has_classes:
        yield from _mixture_estimates(subject)
        upper = mixture_information(subject.mixture_codes, estimator="leave-one-out", split=subject.split)
        yield upper
        rate, _ = mixture_rate(subject.mixture_codes, subject.model.prior, split=subject.split)
        yield least_upper_bound([upper, rate], name="information_bound")
        return
    codes, split = subject.codes, subject.split
    mixed = _mixed(subject)
    size = min(subject.config.batch_size, len(codes))
    yield in_batch_information(mixed, batch_size=size, split=split, entropy="analytic")
    yield full_data_information(codes, split=split)
    exact = subject.rate_by_quadrature
    if exact is not None:
        yield exact if isinstance(exact, str) else exact.information
    upper = leave_one_out_information(codes, split=split, entropy="analytic")
    yield upper
    yield least_upper_bound([upper, subject.rate.rate], name="information_bound")


def _mixture_estimates(subject: Subject) -> Found:
    """Yield what does not exceed I(X;Z) of a model with classes, and the quadrature."""
    codes, split = subject.mixture_codes, subject.split
    order = torch.randperm(len(codes.latent), generator=subject.generator("order"), device=subject.device)
    mixed = MixtureCodes(posterior=codes.posterior.of(order), latent=codes.latent[order])
    size = min(subject.config.batch_size, len(order))
    yield mixture_in_batch_information(mixed, batch_size=size, split=split)
    yield mixture_information(codes, estimator="full data", split=split)
    if codes.latent.shape[1] <= 2:
        try:
            yield mixture_quadrature_information(codes.posterior, split=split)
        except InvalidInputError as error:
            yield str(error)


def yield_rate(subject: Subject) -> Found:
    """Yield the rate and the KL of the aggregate, from the draws of the full-data information and by quadrature."""
    if subject.has_classes:
        yield from mixture_rate(subject.mixture_codes, subject.model.prior, split=subject.split)
        return
    yield subject.rate.rate
    yield subject.rate.aggregate_kl
    exact = subject.rate_by_quadrature
    if exact is not None:
        yield exact if isinstance(exact, str) else exact.aggregate_kl


def yield_posterior_variance(subject: Subject) -> Found:
    """Yield the variance of q(z|x), a mean over coordinates and x: sigma_z^2 of AR-ELBO where it is one number."""
    posterior = (subject.places if subject.has_flow else subject.codes).posterior
    each = posterior.log_variance.expand(posterior.mean.shape).exp().mean(dim=1)
    yield mean_record(
        each, name="posterior_variance_squared_units", estimator="mean over coordinates and x", split=subject.split
    )


def yield_active(subject: Subject) -> Found:
    """Yield the number and the fraction of active units."""
    yield active_units(subject.places, split=subject.split)
    yield active_units(subject.places, split=subject.split, unit="fraction")


def yield_iw_nll(subject: Subject) -> Found:
    """Yield -log p(x) by importance weighting."""
    if subject.codes_are_points:
        msg = "codes are points: there is no q(z|x) to draw from"
        raise NotApplicableError(msg)
    profiled = subject.profiled
    if profiled is not None and profiled.parameterisation not in {"Iso-I", "Diag-I"}:
        msg = f"the variance of {profiled.parameterisation} is profiled for each x, so that there is no p(x|z)"
        raise NotApplicableError(msg)
    estimate = mixture_nll if subject.has_classes else importance_weighted_nll
    yield estimate(
        subject.model,
        subject.x,
        k=subject.options.k,
        split=subject.split,
        batch_size=min(100, subject.options.batch_size),
        generator=subject.generator("iw-nll"),
    )


def yield_inverse_lipschitz(subject: Subject) -> Found:
    """Yield the constant of f1 over pairs of codes, and the one by construction."""
    decoder = before_flow(subject.model.decoder)
    if not isinstance(decoder, BrenierDecoder):
        msg = "the decoder is no f2(B^T f1(z)), so that there is no f1 to measure"
        raise NotApplicableError(msg)
    latent = subject.places.latent[:PAIRED].to(subject.dtype)
    yield from inner_constant(decoder, latent, split=subject.split)


def yield_separation(subject: Subject) -> Found:
    """Yield how well codes tell the data from the second law."""
    if subject.data.noise is None:
        msg = "the data have no second law"
        raise NotApplicableError(msg)
    noise = subject.examples(subject.data.noise, purpose="data noise")
    yield separation(subject.places, subject.places_of(noise), split=subject.split)


def yield_mmd(subject: Subject) -> Found:
    """Yield the squared MMD of codes and prior for two kernels."""
    codes, prior = subject.places.latent, subject.model.prior
    draws = subject.prior_draws(len(codes), purpose="mmd", dtype=codes.dtype)
    dimension = codes.shape[1]
    gaussian = named_kernel("gaussian", latent_dim=dimension)
    variance = prior.variance if isinstance(prior, IsotropicPrior) else 1.0
    several = named_kernel("multiquadratic", latent_dim=dimension, prior_variance=variance)
    yield squared_discrepancy(codes, draws, kernel=gaussian, form="unbiased", split=subject.split)
    yield squared_discrepancy(codes, draws, kernel=gaussian, form="biased", split=subject.split)
    yield squared_discrepancy(codes, draws, kernel=several, form="unbiased", split=subject.split)


def yield_log_det(subject: Subject) -> Found:
    """Yield log det Cov of the codes per coordinate."""
    if not (subject.has_classes or subject.has_flow):  # their moments are not those of a diagonal Gaussian
        yield log_det_covariance(subject.places, split=subject.split, estimator="moments")
    yield log_det_covariance(subject.places, split=subject.split, estimator="draws")


def yield_semi_supervised(subject: Subject) -> Found:
    """Yield the error of a support vector machine on the means of q(z|x)."""
    if subject.split == "train":
        msg = "the labelled codes are those of the training data; measure on another split"
        raise NotApplicableError(msg)
    tested, labels, pool_labels = subject.places, subject.labels, subject.training_labels
    pool = subject.places_of(subject.training_x)
    yield semi_supervised_error(
        pool.posterior.mean, pool_labels, tested.posterior.mean, labels, seed=subject.options.seed, split=subject.split
    )


def yield_components(subject: Subject) -> Found:
    """Yield the accuracy of the most probable components as classes."""
    if not subject.has_classes:
        msg = "q has no mixture component y"
        raise NotApplicableError(msg)
    components = subject.mixture_codes.posterior.log_class.argmax(dim=1)
    yield component_accuracy(components, subject.labels, matching="greedy", split=subject.split)
    yield component_accuracy(components, subject.labels, matching="optimal", split=subject.split)
