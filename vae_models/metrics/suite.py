"""All metrics by name: what each measures, and how it is computed of a subject or why it does not apply."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping

from vae_models.metrics import suite_codes, suite_decoder
from vae_models.metrics.subject import NotApplicableError, Subject
from vae_models.records import MetricRecord
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric, or a few that are computed together.

    Attributes:
        summary: What it measures, in a line.
        compute: Yields the records, and the reasons where one is left out.
        without_posterior: Parts of the names of its records that q(z|x) has no part in.
    """

    summary: str
    compute: Callable[[Subject], Iterator[MetricRecord | str]]
    without_posterior: tuple[str, ...] = ()


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
    metric = METRICS[name]
    try:
        for found in metric.compute(subject):
            if isinstance(found, str):
                reasons.append(found)
            elif math.isfinite(found.value):
                free = any(part in found.name for part in metric.without_posterior)
                records.append(found if free else subject.named(found))
            else:
                reasons.append(f"{found.name} is {found.value:g} ({found.estimator})")
    except (NotApplicableError, InvalidInputError) as error:
        reasons.append(str(error))
    return Measured(records=tuple(records), reasons=tuple(reasons))


METRICS: Mapping[str, Metric] = {
    "elbo": Metric(summary="-ELBO, reconstruction, KL, squared error (MSE)", compute=suite_codes.yield_elbo),
    "test-priors": Metric(summary="-ELBO and KL under other priors (NC-VAE)", compute=suite_codes.yield_test_priors),
    "rate": Metric(summary="rate, and its part KL(gamma||p); the rest is I(X;Z)", compute=suite_codes.yield_rate),
    "information": Metric(
        summary="I(X;Z): in batches, full data, quadrature, leave-one-out", compute=suite_codes.yield_information
    ),
    "information-by-batch": Metric(
        summary="I(X;Z) in batches of 4 to 256, with their caps", compute=suite_codes.yield_information_by_batch
    ),
    "posterior-variance": Metric(summary="variance of q(z|x)", compute=suite_codes.yield_posterior_variance),
    "active-units": Metric(summary="coordinates whose mean varies with x", compute=suite_codes.yield_active),
    "iw-nll": Metric(summary="-log p(x) by importance weighting", compute=suite_codes.yield_iw_nll),
    "variances": Metric(summary="estimated sigma_x^2 of each partition", compute=suite_decoder.yield_variances),
    "smoothness": Metric(summary="expected gap, expected local smoothness", compute=suite_decoder.yield_smoothness),
    "fisher": Metric(
        summary="relative Fisher divergence and its bound",
        compute=suite_decoder.yield_fisher,
        without_posterior=("relative_fisher",),
    ),
    "inverse-lipschitz": Metric(
        summary="measured inverse Lipschitz constant of f1",
        compute=suite_codes.yield_inverse_lipschitz,
        without_posterior=("guaranteed",),
    ),
    "mmd": Metric(summary="squared MMD of the aggregate and the prior", compute=suite_codes.yield_mmd),
    "separation": Metric(summary="how well codes tell data from noise (NC-VAE)", compute=suite_codes.yield_separation),
    "log-det": Metric(summary="log det Cov of the codes per coordinate", compute=suite_codes.yield_log_det),
    "frechet": Metric(
        summary="Frechet distance of prior draws and of interpolations",
        compute=suite_decoder.yield_frechet,
        without_posterior=("_prior_",),
    ),
    "frechet-mixture": Metric(
        summary="Frechet distance of draws of a Gaussian mixture of codes",
        compute=suite_decoder.yield_frechet_of_mixtures,
    ),
    "class-mismatch": Metric(
        summary="KL of the classes of data and of generated x",
        compute=suite_decoder.yield_mismatch,
        without_posterior=("class_mismatch",),
    ),
    "semi-supervised": Metric(
        summary="error of an SVM on codes with 1000 labels", compute=suite_codes.yield_semi_supervised
    ),
    "components": Metric(summary="accuracy of mixture components as classes", compute=suite_codes.yield_components),
}
