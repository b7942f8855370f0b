"""Figure 8, InfoVAE Figure 3: q(z) of test data in the plane, of InfoVAE and of the ELBO, beside the prior."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.studies import BEYOND, number_of, plane_of
from figures.style import BLUE, GREY, Records, letter, new_figure, styled

PLANES, STUDY = "infovae-figure3-planes", "infovae-figure3-small"
RECORDS = (PLANES, STUDY)
CAPTION = """\
InfoVAE, Figure 3, which prints contours and no number: the text says of them that q(z) of InfoVAE is almost identical
to the prior, while that of the ELBO is very far off. Here: contours of p(z) and of q(z), the mean of q(z|x) over test
data, after training on 500 images with two latent coordinates, on 8x8 digits where the paper has MNIST; the run of
the first of three seeds. Each panel has the same levels, the density of the prior at 0.5, 1, 1.5, 2 and 2.5 deviations
from zero; dotted: where the prior has the first, third and last of them. The paper takes lambda = 1000 for 784 pixels;
80 is the same for the 64 pixels here, since -log p(x|z) grows with their number. KL: of q(z) from the prior, I: the
information I(X;Z) about the test data that the codes keep, both by quadrature, in nats, means over three seeds. A q(z)
that is the prior says little where the codes keep nothing."""

RADII = (2.5, 2.0, 1.5, 1.0, 0.5)  # deviations of the prior, at which its density gives the levels
PANELS: Mapping[str, str] = {
    "InfoVAE": "λ\u00a0=\u00a01000",
    "InfoVAE, lambda = 80": "λ\u00a0=\u00a080",
    "ELBO": "ELBO",
}  # arms: labels
KL, INFORMATION = "aggregate_kl", "mutual_information"


@styled
def draw(records: Records) -> Figure:
    """Return the prior and q(z) of both InfoVAE and of the ELBO."""
    figure = new_figure(finding(records), height=51)
    first, *others = figure.subplots(1, 1 + len(PANELS), sharex=True, sharey=True)
    for axes, (arm, label) in zip(others, PANELS.items(), strict=True):
        plane = plane_of(records, PLANES, STUDY, arm)
        _draw_contours(axes, plane)
        letter(axes, label)
        kept = (number_of(records, STUDY, arm, metric).value for metric in (KL, INFORMATION))
        axes.set_xlabel("KL {:.2f}\nI = {:.2f}".format(*kept))
    _draw_prior(first, plane, RADII, color=BLUE, linewidth=0.7)
    first.set_aspect("equal")
    letter(first, "prior")
    return figure


def finding(records: Records) -> str:
    """Return how far each q(z) is from the prior, and what the codes keep there."""
    found = {arm: [number_of(records, STUDY, arm, metric) for metric in (KL, INFORMATION)] for arm in PANELS}
    elbo = found["ELBO"][0]
    said = []
    for arm in list(PANELS)[:-1]:
        kl, information = found[arm]
        nearer = elbo.value - kl.value > BEYOND * np.hypot(elbo.error, kl.error)
        said.append(f"{'' if nearer else 'not '}at {PANELS[arm]} (keeps {information.value:.1f} nats)")
    return f"InfoVAE brings q(z) nearer the prior than the ELBO does {', '.join(said)}"


def levels_of(plane: Mapping[str, Any]) -> list[float]:
    """Return the density of the prior at RADII."""
    middle = 1 / (2 * np.pi * plane["prior_deviation"] ** 2)
    return [float(middle * np.exp(-(radius**2) / 2)) for radius in RADII]


def _draw_prior(axes: Axes, plane: Mapping[str, Any], radii: Sequence[float], **look: Any) -> None:
    turn = np.linspace(0, 2 * np.pi, 200)
    for radius in radii:
        far = radius * plane["prior_deviation"]
        axes.plot(far * np.cos(turn), far * np.sin(turn), **look)


def _draw_contours(axes: Axes, plane: Mapping[str, Any]) -> None:
    place = plane["axis"]
    axes.contour(place, place, np.asarray(plane["density"]), levels=levels_of(plane), colors=BLUE, linewidths=0.7)
    _draw_prior(axes, plane, RADII[::2], color=GREY, linewidth=0.5, linestyle=":")
    ends = (place[0], place[-1])
    axes.set(aspect="equal", xlim=ends, ylim=ends, xticks=(-3, 0, 3), yticks=(-3, 0, 3))
