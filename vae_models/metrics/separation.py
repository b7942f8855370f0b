"""How well codes tell two laws of x apart: the area under the ROC curve of a quadratic discriminant."""

import numpy as np
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

from vae_models.metrics.codes import Codes
from vae_models.records import MetricRecord, Split
from variational.errors import InvalidInputError

Scores = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def separation(data: Codes, noise: Codes, *, split: Split) -> MetricRecord:
    """Return the probability that a draw of noise scores above one of data, 1/2 where codes tell nothing.

    The score is the log ratio of two Gaussians, fitted to the codes at even places and applied to the others. A
    linear one would miss what NC-VAE aims at: priors N(0, I) and N(0, K^2 I) have one mean and differ in scale alone.
    Under these two laws the value is K^2 / (1 + K^2) in two dimensions.

    Args:
        data: Codes of x ~ p_d, four or more.
        noise: Codes of x ~ p_n, four or more.
        split: What they are.

    Error:
        The standard error takes draws as independent and the discriminant as given.

    Source:
        NC-VAE, section 6.1, which shows draws as points in a plane; the number is ours. Error: DeLong et al. (1988).
    """
    if min(len(data), len(noise)) < 4:
        msg = f"data and noise must hold four codes or more each, got {len(data)} and {len(noise)}"
        raise InvalidInputError(msg)
    first, second = (codes.latent.detach().cpu().double().numpy() for codes in (data, noise))
    labels = np.repeat([0, 1], [len(first[::2]), len(second[::2])])
    fitted = QuadraticDiscriminantAnalysis().fit(np.concatenate([first[::2], second[::2]]), labels)
    low, high = (np.sort(fitted.decision_function(codes[1::2])) for codes in (first, second))
    above = _share_below(high, low)  # for each draw of noise, the share of data that scores lower
    below = 1 - _share_below(low, high)
    error = float(np.sqrt(above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)))
    return MetricRecord(
        name="separation_auc_fraction",
        value=float(above.mean()),
        estimator="quadratic discriminant of draws, fitted to every other code",
        split=split,
        samples=len(low) + len(high),
        error=error,
    )


def _share_below(values: Scores, others: Scores) -> Scores:
    """Return, for each value, the share of the sorted others that are below it, ties counting half."""
    sides = (np.searchsorted(others, values, side="left"), np.searchsorted(others, values, side="right"))
    found: Scores = (sides[0] + sides[1]) / (2 * len(others))
    return found
