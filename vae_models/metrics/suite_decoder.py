"""What the suite computes of decoders and generated x: one function a metric, which yields records or reasons."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from vae_models.data.toy import PARTITIONS, partition_mask
from vae_models.latent_mixture import fit_latent_mixture
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.metrics.classes import class_mismatch
from vae_models.metrics.fisher import relative_fisher, stages_of
from vae_models.metrics.frechet import Features, frechet_of_decoded, generate, interpolated
from vae_models.metrics.smoothness import expected_gap, local_smoothness
from vae_models.metrics.subject import NotApplicableError, Subject
from vae_models.metrics.variances import Source, estimated_variances
from vae_models.networks.inception import load_inception
from vae_models.records import MetricRecord

Found = Iterator[MetricRecord | str]  # a record, or why one is left out
FISHER_DRAWS, FISHER_X = 200, 1000
_COLOURS = 3
MOST_ENTRIES = 256  # of x, that are features themselves where there are no labels


def yield_variances(subject: Subject) -> Found:
    """Yield the estimated variance of each part of the partition, one part unless the data have more."""
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
        latent=subject.mixture_codes.latent.to(subject.dtype) if subject.has_classes else None,
        batch_size=subject.options.batch_size,
        generator=subject.generator("variances"),
    )


def yield_smoothness(subject: Subject) -> Found:
    """Yield expected gaps and local smoothness."""
    if subject.has_classes:
        msg = "it is defined at the mean of a Gaussian q(z|x); the mean over classes lies between them, off the codes"
        raise NotApplicableError(msg)
    model, x, split, size = subject.model, subject.x, subject.split, subject.options.batch_size
    for variance in (0.01, 0.001):
        generator = subject.generator(f"gap {variance}")
        yield expected_gap(model, x, variance=variance, split=split, batch_size=size, generator=generator)
    yield local_smoothness(model, x, normalisation="frobenius", split=split, batch_size=size)
    yield local_smoothness(model, x, normalisation="per_coordinate", split=split, batch_size=size)


def yield_fisher(subject: Subject) -> Found:
    """Yield the relative Fisher divergence, and its bound where the decoder has one."""
    stages = stages_of(subject.model.decoder)
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


def features_of(subject: Subject) -> Features:
    """Return what a Frechet distance compares: outputs of Inception, of a classifier, or few entries of x.

    Raises:
        NotApplicableError: There is nothing of that for the data.
    """
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


def frechet_of(subject: Subject, latent: Tensor, *, what: str, features: Features | None = None) -> MetricRecord:
    """Return the Frechet distance of what codes are decoded to, named after where the codes come from."""
    return frechet_of_decoded(
        subject.model,
        latent.to(subject.dtype),
        subject.x,
        features=features or features_of(subject),
        what=what,
        split=subject.split,
        made=subject.made,
        batch_size=subject.options.batch_size,
        generator=subject.generator(f"frechet {what}"),
    )


def yield_frechet_of_mixtures(subject: Subject) -> Found:
    """Yield the Frechet distance of draws of a mixture of 10 Gaussians, of images in colour also of 100."""
    features = features_of(subject)
    codes = subject.places_of(subject.training_x).latent.to(subject.dtype)
    for components in (10, 100) if subject.part.shape[0] == _COLOURS else (10,):
        mixture = fit_latent_mixture(codes, components=components, seed=subject.options.seed)
        drawn = mixture.sample(subject.options.samples, generator=subject.generator(f"mixture {components}"))
        yield frechet_of(subject, drawn, what=f"mixture_{components}", features=features)


def yield_frechet(subject: Subject) -> Found:
    """Yield the Frechet distance of draws of the prior and of interpolated codes."""
    features, count, dtype = features_of(subject), subject.options.samples, subject.dtype
    drawn = {"prior": subject.prior_draws(count, purpose="frechet", dtype=dtype)}
    places = subject.places.latent.to(dtype)
    for name, ratio in (("slerp_half", 0.5), ("slerp_uniform", "uniform")):
        drawn[name] = interpolated(places, count=count, ratio=ratio, generator=subject.generator(name))  # type: ignore[arg-type]
    for name, latent in drawn.items():
        yield frechet_of(subject, latent, what=name, features=features)


def yield_mismatch(subject: Subject) -> Found:
    """Yield the mismatch of classes by probabilities and by counts."""
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
