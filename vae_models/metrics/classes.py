"""Metrics that need classes: mismatch of their distribution, error with few labels, accuracy of components."""

import math
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from sklearn.svm import SVC
from torch import Tensor

from vae_models.metrics.estimates import mean_record
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range, require_one_of
from variational.errors import InvalidInputError


@torch.no_grad()
def class_mismatch(
    probabilities: Float[Tensor, "m classes"],
    labels: Int[Tensor, " n"],
    *,
    assignment: Literal["probabilities", "most probable"],
    classifier: str,
    split: Split,
) -> MetricRecord:
    """Return KL(c || c_hat) of the class distributions of data and of generated x; nats.

    Args:
        probabilities: Of the classes of each generated x, from a classifier; rows sum to 1.
        labels: Of the data, from 0 on.
        assignment: ``probabilities`` averages them; ``most probable`` counts the largest of each row, so that a class
            that is never the largest makes the value infinite.
        classifier: What it is, for the record.
        split: What the data are.

    Error:
        Standard error to first order in c and c_hat; it vanishes where they agree, and there the value is too large
        by (classes - 1) (1/n + 1/m) / 2 or less. Errors of the classifier are not included. None where infinite.

    Source:
        InfoVAE, section 5.2: -c^T (log c_hat - log c).
    """
    require_one_of("assignment", assignment, ("probabilities", "most probable"))
    m, classes = probabilities.shape
    if not m or not len(labels) or not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        msg = f"labels must be classes from 0 to {classes - 1}, one or more, beside one row or more of probabilities"
        raise InvalidInputError(msg)
    rows = probabilities.double()
    if assignment == "most probable":
        rows = torch.nn.functional.one_hot(rows.argmax(dim=1), classes).double()
    real = torch.bincount(labels, minlength=classes).double() / len(labels)
    made = rows.mean(dim=0)
    present = real > 0
    ratio = torch.where(present, real / made, torch.ones_like(real))
    value = float((real * ratio.log()).sum())
    error = None
    if math.isfinite(value) and min(m, len(labels)) > 1:
        of_made = torch.where(present, rows * ratio, torch.zeros_like(rows)).sum(dim=1)
        of_real = ratio.log()[labels]
        error = math.sqrt(float(of_made.var()) / m + float(of_real.var()) / len(labels))
    return MetricRecord(
        name="class_mismatch",
        value=value,
        estimator=f"{assignment} of {m} generated x by {classifier}, against {len(labels)} labels",
        split=split,
        samples=m,
        error=error,
    )


def semi_supervised_error(
    pool: Float[Tensor, "n latent"],
    pool_labels: Int[Tensor, " n"],
    tested: Float[Tensor, "m latent"],
    tested_labels: Int[Tensor, " m"],
    *,
    labels: int = 1000,
    draws: int = 10,
    penalty: float = 1.0,
    seed: int,
    split: Split,
) -> MetricRecord:
    """Return the error rate of a support vector machine on codes, trained with few labels, averaged over draws of them.

    Args:
        pool: Codes of the training data; the labelled ones are drawn from them without replacement.
        pool_labels: Their classes.
        tested: Codes that the error is measured on, disjoint from the pool.
        tested_labels: Their classes.
        labels: >= 2; how many are drawn, 1000 in InfoVAE.
        draws: >= 2; of the labelled codes.
        penalty: C > 0.
        seed: Of the draws.
        split: What ``tested`` is.

    Error:
        Standard error over draws and tested x together, for the given pool: draws that overlap depend on each other.

    Source:
        InfoVAE, section 5.2, which takes the protocol of Kingma et al. (2014), M1+TSVM. C and kernel are not stated:
        C = 1 and a Gaussian kernel of scikit-learn's default length, 1 / (D Var z).
    """
    require_count("labels", labels, least=2)
    require_count("draws", draws, least=2)
    require_in_range("penalty", penalty, least=0.0, strict=True)
    if labels > len(pool) or len(pool) != len(pool_labels) or len(tested) != len(tested_labels) or len(tested) < 2:
        msg = (
            f"labels must be at most the number of codes to draw from, each with its class, beside two tested or more; "
            f"got {labels} of {len(pool)} codes with {len(pool_labels)} classes, and {len(tested)} tested with "
            f"{len(tested_labels)}"
        )
        raise InvalidInputError(msg)
    codes, classes = pool.double().cpu().numpy(), pool_labels.cpu().numpy()
    others, truth = tested.double().cpu().numpy(), tested_labels.cpu().numpy()
    random = np.random.default_rng(seed)
    wrong = np.empty((draws, len(others)))
    for draw in range(draws):
        chosen = random.choice(len(codes), labels, replace=False)
        if len(np.unique(classes[chosen])) < 2:
            msg = f"labels must be enough to hold two classes in each draw, got {labels}"
            raise InvalidInputError(msg)
        wrong[draw] = SVC(C=penalty, kernel="rbf").fit(codes[chosen], classes[chosen]).predict(others) != truth
    return MetricRecord(
        name="semi_supervised_error_fraction",
        value=float(wrong.mean()),
        estimator=f"support vector machine, Gaussian kernel, C={penalty:g}, mean of {draws} draws of {labels} labels",
        split=split,
        samples=len(others),
        error=_crossed_error(wrong),
    )


@torch.no_grad()
def component_accuracy(
    components: Int[Tensor, " n"],
    labels: Int[Tensor, " n"],
    *,
    matching: Literal["greedy", "optimal"],
    split: Split,
) -> MetricRecord:
    """Return the share of x whose component is the one that is matched with their class, one to one.

    Args:
        components: The most probable component of each x under q(y|x).
        labels: The class of each x.
        matching: ``greedy`` matches the pair that shares most x, then the next among those left, as for the numbers of
            IL-LIDVAE; ``optimal`` maximises the share, which is never below.
        split: What the x are.

    Error:
        Standard error for a matching that is fixed. It is chosen on the same x, which makes the value too large by
        chance; of unrelated components and classes it is 1 / max(components, classes) or more.

    Source:
        illidvae, section 5.2; Kuhn (1955) for the optimum.
    """
    require_one_of("matching", matching, ("greedy", "optimal"))
    if not len(labels) or len(components) != len(labels) or int(torch.minimum(components.min(), labels.min())) < 0:
        msg = f"labels must be classes from 0 on, one for each of {len(components)} components, got {len(labels)}"
        raise InvalidInputError(msg)
    shape = int(components.max()) + 1, int(labels.max()) + 1
    table = torch.bincount(components * shape[1] + labels, minlength=shape[0] * shape[1]).reshape(shape)
    pairs = _greedy(table) if matching == "greedy" else zip(*linear_sum_assignment(-table.cpu().numpy()), strict=True)
    matched = torch.full((shape[0],), -1, dtype=labels.dtype, device=labels.device)
    for component, label in pairs:
        matched[int(component)] = int(label)
    right = (matched[components] == labels).double()
    return mean_record(
        right, name=f"component_accuracy_{matching}_fraction", estimator=f"{matching} one-to-one matching", split=split
    )


def _greedy(table: Int[Tensor, "components classes"]) -> list[tuple[int, int]]:
    left, pairs = table.clone(), []
    for _ in range(min(table.shape)):
        component, label = divmod(int(left.argmax()), table.shape[1])
        pairs.append((component, label))
        left[component], left[:, label] = -1, -1
    return pairs


def _crossed_error(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
    """Return the standard error of the mean of a table whose rows and columns are both drawn."""
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    rest = values - rows[:, None] - columns + values.mean()
    interaction = (rest**2).sum() / ((len(rows) - 1) * (len(columns) - 1)) / values.size
    variance = rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns) - interaction
    return math.sqrt(max(float(variance), 0.0))
