"""All metrics by name: what each measures, and how it is computed of a subject or why it does not apply."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from vae_models.data.toy import PARTITIONS, partition_mask
from vae_models.evaluation_priors import second_moment, stationary_variance, tuned_variance
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.metrics.classes import class_mismatch, component_accuracy, semi_supervised_error
from vae_models.metrics.codes import Codes, infer
from vae_models.metrics.discrepancy import named_kernel, squared_discrepancy
from vae_models.metrics.estimates import least_upper_bound, mean_record
from vae_models.metrics.fisher import Stages, relative_fisher
from vae_models.metrics.frechet import Features, frechet_of_decoded, generate, interpolated
from vae_models.metrics.information import full_data_information, in_batch_information, leave_one_out_information
from vae_models.metrics.latents import active_units, log_det_covariance
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.metrics.mixture import mixture_elbo_parts, mixture_information, mixture_nll, mixture_rate
from vae_models.metrics.rate import quadrature_rate_split, rate_split
from vae_models.metrics.separation import separation
from vae_models.metrics.smoothness import expected_gap, inner_constant, local_smoothness
from vae_models.metrics.subject import NotApplicableError, Subject
from vae_models.metrics.variances import Source, estimated_variances
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.inception import load_inception
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from vae_models.records import MetricRecord
from vae_models.settings.objectives import NCVAEConfig
from variational.errors import InvalidInputError

Found = Iterator[MetricRecord | str]  # a record, or why one is left out
FISHER_DRAWS, FISHER_X = 200, 1000
MOST_ENTRIES = 256  # of x, that are features themselves where there are no labels
PAIRED = 5000  # codes whose pairs the inverse Lipschitz constant is measured on


@dataclasses.dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric, or a few that are computed together.

    Attributes:
        summary: What it measures, in a line.
        compute: Gives the records.
    """

    summary: str
    compute: Callable[[Subject], Found]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """What came of one metric.

    Attributes:
        records: Finite numbers.
        reasons: Why numbers are missing.
    """

    records: tuple[MetricRecord, ...]
    reasons: tuple[str, ...]


def measure(subject: Subject, name: str) -> Measured:
    """Return the records of a metric, and the reasons where it does not apply."""
    records: list[MetricRecord] = []
    reasons: list[str] = []
    try:
        for found in METRICS[name].compute(subject):
            if isinstance(found, str):
                reasons.append(found)
            elif math.isfinite(found.value):
                records.append(found)
            else:
                reasons.append(f"{found.name} is {found.value:g} ({found.estimator})")
    except (NotApplicableError, InvalidInputError) as error:
        reasons.append(str(error))
    return Measured(records=tuple(records), reasons=tuple(reasons))


def _elbo(subject: Subject) -> Found:
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


def _test_priors(subject: Subject) -> Found:
    objective = subject.config.objective
    if not isinstance(objective, NCVAEConfig):
        msg = "the objective is not that of NC-VAE"
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


def _information(subject: Subject) -> Found:
    if subject.has_classes:
        yield mixture_information(subject.mixture_codes, estimator="full data", split=subject.split)
        upper = mixture_information(subject.mixture_codes, estimator="leave-one-out", split=subject.split)
        yield upper
        rate, _ = mixture_rate(subject.mixture_codes, subject.model.prior, split=subject.split)
        yield least_upper_bound([upper, rate], name="information_bound")
        return
    codes, split = subject.codes, subject.split
    order = torch.randperm(len(codes), generator=subject.generator("order"), device=subject.device)
    mixed = Codes(
        posterior=Posterior(codes.posterior.mean[order], codes.posterior.log_variance[order]),
        latent=codes.latent[order],
    )
    size = min(subject.config.batch_size, len(codes))
    yield in_batch_information(mixed, batch_size=size, split=split, entropy="analytic")
    yield full_data_information(codes, split=split)
    if codes.posterior.latent_dim <= 2:
        try:
            yield quadrature_rate_split(codes.posterior, subject.model.prior, split=split).information
        except InvalidInputError as error:
            yield str(error)
    upper = leave_one_out_information(codes, split=split, entropy="analytic")
    yield upper
    yield least_upper_bound([upper, rate_split(codes, subject.model.prior, split=split).rate], name="information_bound")


def _rate(subject: Subject) -> Found:
    if subject.has_classes:
        yield from mixture_rate(subject.mixture_codes, subject.model.prior, split=subject.split)
        return
    parts = rate_split(subject.codes, subject.model.prior, split=subject.split)
    yield parts.rate
    yield parts.aggregate_kl


def _active(subject: Subject) -> Found:
    yield active_units(subject.places, split=subject.split)
    yield active_units(subject.places, split=subject.split, unit="fraction")


def _iw_nll(subject: Subject) -> Found:
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


def _variances(subject: Subject) -> Found:
    _require_no_classes(subject)
    if subject.has_tokens:
        msg = "x are tokens and have no variance"
        raise NotApplicableError(msg)
    likelihood, source = subject.trained.likelihood, "Iso-I"
    if subject.profiled is not None:
        source = subject.profiled.parameterisation
    elif isinstance(likelihood, GaussianLikelihood) and not isinstance(likelihood.variance, FixedVariance):
        source = "trained"
    x = subject.x
    parts = torch.zeros(x.shape, dtype=torch.int64, device=x.device)
    if subject.config.data.source == "noise-partitions":
        for number, name in enumerate(PARTITIONS):
            mask = partition_mask(subject.labels.cpu(), name, height=x.shape[-2]).to(x.device)
            parts += number * mask[:, None, :, None]
    chosen: Source = source  # type: ignore[assignment]
    yield from estimated_variances(
        subject.model,
        x,
        parts,
        source=chosen,
        split=subject.split,
        batch_size=subject.options.batch_size,
        generator=subject.generator("variances"),
    )


def _smoothness(subject: Subject) -> Found:
    _require_no_classes(subject)
    model, x, split, size = subject.model, subject.x, subject.split, subject.options.batch_size
    for variance in (0.01, 0.001):
        generator = subject.generator(f"gap {variance}")
        yield expected_gap(model, x, variance=variance, split=split, batch_size=size, generator=generator)
    yield local_smoothness(model, x, normalisation="frobenius", split=split, batch_size=size)
    yield local_smoothness(model, x, normalisation="per_coordinate", split=split, batch_size=size)


def _fisher(subject: Subject) -> Found:
    decoder, stages = subject.model.decoder, None
    if isinstance(decoder, BrenierDecoder):
        stages = _stages(decoder)
    yield from relative_fisher(
        subject.model,
        subject.x[:FISHER_X],
        draws=FISHER_DRAWS,
        split=subject.split,
        stages=stages,
        generator=subject.generator("fisher"),
    )
    if stages is None:
        yield "the decoder has no inverse Lipschitz constant by construction, so that there is no bound"


def _stages(decoder: BrenierDecoder) -> Stages:
    def outer(inner: Tensor) -> Tensor:
        found = inner if decoder.outer is None else decoder.outer.gradient(inner)
        return found.reshape(*inner.shape[:-1], *decoder.output_shape)

    return Stages(inner=decoder.inner.gradient, outer=outer, constant=decoder.strengths[0])


def _inverse_lipschitz(subject: Subject) -> Found:
    decoder = subject.model.decoder
    if not isinstance(decoder, BrenierDecoder):
        msg = "the decoder is no f2(B^T f1(z)), so that there is no f1 to measure"
        raise NotApplicableError(msg)
    latent = subject.places.latent[:PAIRED].to(subject.dtype)
    yield from inner_constant(decoder, latent, split=subject.split)


def _separation(subject: Subject) -> Found:
    if subject.data.noise is None:
        msg = "the data have no second law"
        raise NotApplicableError(msg)
    noise = subject.examples(subject.data.noise, purpose="data noise")
    yield separation(subject.places, subject.places_of(noise), split=subject.split)


def _mmd(subject: Subject) -> Found:
    codes, prior = subject.places.latent, subject.model.prior
    draws = subject.prior_draws(len(codes), purpose="mmd", dtype=codes.dtype)
    dimension = codes.shape[1]
    gaussian = named_kernel("gaussian", latent_dim=dimension)
    variance = prior.variance if isinstance(prior, IsotropicPrior) else 1.0
    several = named_kernel("multiquadratic", latent_dim=dimension, prior_variance=variance)
    yield squared_discrepancy(codes, draws, kernel=gaussian, form="unbiased", split=subject.split)
    yield squared_discrepancy(codes, draws, kernel=gaussian, form="biased", split=subject.split)
    yield squared_discrepancy(codes, draws, kernel=several, form="unbiased", split=subject.split)


def _log_det(subject: Subject) -> Found:
    if not subject.has_classes:  # the moments of a mixture are not those of a diagonal Gaussian
        yield log_det_covariance(subject.places, split=subject.split, estimator="moments")
    yield log_det_covariance(subject.places, split=subject.split, estimator="draws")


def _features(subject: Subject) -> Features:
    if subject.has_tokens:
        msg = "x are tokens, and a Frechet distance needs images or numbers"
        raise NotApplicableError(msg)
    if subject.options.inception is not None:
        if len(subject.part.shape) != 3:
            msg = f"x must be images for a FID, got shape {subject.part.shape}"
            raise NotApplicableError(msg)
        network = load_inception(subject.options.inception).to(subject.device)
        return Features(name="fid", description="Inception, published weights", function=network)
    if subject.data.train.labels is not None:
        return subject.classifier.own_features()
    entries = math.prod(subject.part.shape)
    if entries > MOST_ENTRIES:
        msg = f"the data have no labels to train features with, and x has {entries} entries, more than {MOST_ENTRIES}"
        raise NotApplicableError(msg)
    return Features(name="frechet_distance_own_features", description="entries of x", function=lambda x: x.flatten(1))


def _frechet(subject: Subject) -> Found:
    features, count, dtype = _features(subject), subject.options.samples, subject.dtype
    drawn = {"prior": subject.prior_draws(count, purpose="frechet", dtype=dtype)}
    places = subject.places.latent.to(dtype)
    for name, ratio in (("slerp_half", 0.5), ("slerp_uniform", "uniform")):
        drawn[name] = interpolated(places, count=count, ratio=ratio, generator=subject.generator(name))  # type: ignore[arg-type]
    for name, latent in drawn.items():
        yield frechet_of_decoded(
            subject.model,
            latent,
            subject.x,
            features=features,
            what=name,
            split=subject.split,
            made=subject.made,
            batch_size=subject.options.batch_size,
            generator=subject.generator(f"frechet {name}"),
        )


def _mismatch(subject: Subject) -> Found:
    labels, classifier, model = subject.labels, subject.classifier, subject.model
    generator = subject.generator("mismatch drawn x")
    latent = subject.prior_draws(subject.options.samples, purpose="mismatch", dtype=subject.dtype)
    rows = [
        classifier.probabilities(generate(model, part, made=subject.made, generator=generator))
        for part in torch.split(latent, subject.options.batch_size)
    ]
    probabilities = torch.cat(rows)
    options = {"classifier": classifier.description, "split": subject.split}
    yield class_mismatch(probabilities, labels, assignment="probabilities", **options)  # type: ignore[arg-type]
    yield class_mismatch(probabilities, labels, assignment="most probable", **options)  # type: ignore[arg-type]


def _semi_supervised(subject: Subject) -> Found:
    if subject.split == "train":
        msg = "the labelled codes are those of the training data; measure on another split"
        raise NotApplicableError(msg)
    tested, labels, pool_labels = subject.places, subject.labels, subject.training_labels
    pool = subject.places_of(subject.training_x)
    yield semi_supervised_error(
        pool.posterior.mean, pool_labels, tested.posterior.mean, labels, seed=subject.options.seed, split=subject.split
    )


def _components(subject: Subject) -> Found:
    if not subject.has_classes:
        msg = "q has no mixture component y"
        raise NotApplicableError(msg)
    components = subject.mixture_codes.posterior.log_class.argmax(dim=1)
    yield component_accuracy(components, subject.labels, matching="greedy", split=subject.split)
    yield component_accuracy(components, subject.labels, matching="optimal", split=subject.split)


def _require_no_classes(subject: Subject) -> None:
    if subject.has_classes:
        msg = "codes have classes, and the metric is for one Gaussian q(z|x)"
        raise NotApplicableError(msg)


METRICS: Mapping[str, Metric] = {
    "elbo": Metric(summary="-ELBO, reconstruction, KL, squared error (MSE)", compute=_elbo),
    "test-priors": Metric(summary="-ELBO and KL under other priors (NC-VAE)", compute=_test_priors),
    "rate": Metric(summary="rate, and its part KL(gamma||p); the rest is I(X;Z)", compute=_rate),
    "information": Metric(summary="I(X;Z): in batches, full data, quadrature, leave-one-out", compute=_information),
    "active-units": Metric(summary="coordinates whose mean varies with x", compute=_active),
    "iw-nll": Metric(summary="-log p(x) by importance weighting", compute=_iw_nll),
    "variances": Metric(summary="estimated sigma_x^2 of each partition", compute=_variances),
    "smoothness": Metric(summary="expected gap, expected local smoothness", compute=_smoothness),
    "fisher": Metric(summary="relative Fisher divergence and its bound", compute=_fisher),
    "inverse-lipschitz": Metric(summary="measured inverse Lipschitz constant of f1", compute=_inverse_lipschitz),
    "mmd": Metric(summary="squared MMD of the aggregate and the prior", compute=_mmd),
    "separation": Metric(summary="how well codes tell data from noise (NC-VAE)", compute=_separation),
    "log-det": Metric(summary="log det Cov of the codes per coordinate", compute=_log_det),
    "frechet": Metric(summary="Frechet distance of prior draws and of interpolations", compute=_frechet),
    "class-mismatch": Metric(summary="KL of the classes of data and of generated x", compute=_mismatch),
    "semi-supervised": Metric(summary="error of an SVM on codes with 1000 labels", compute=_semi_supervised),
    "components": Metric(summary="accuracy of mixture components as classes", compute=_components),
}
