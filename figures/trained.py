"""Figure 9: trained encoders against the exact optimum, and measured information against the caps of its estimators."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from figures.studies import Point, caps_of, number_of
from figures.style import BLUE, GREY, LABELS, ORANGE, PURPLE, VERMILION, Look, Records, letter, new_figure, styled

STUDY = "distance-small"
RECORDS = (STUDY,)
CAPTION = """\
Top: how far R of a trained encoder, its loss with the best decoder, is above the optimum over all encoders and
decoders, against steps of training, for two hidden layers of three widths; beta = 2, for NC-VAE delta = 1 and K = 5;
data and noise are N(0, I) and N(0.15, I) in 100 dimensions, 8000 draws of each in training. Both bounds are drawn,
closer than a line is wide, as means over three seeds with standard errors; a number below zero has no place on the
axis. That of the optimum is certified, R of the encoder is estimated from fresh draws, so that what a network has
learned by heart adds to the distance. Bottom: information I(X;Z) of the widest network after the longest training,
estimated in batches of B and, last, from all 978 test data. No estimate exceeds ln B, its cap (dashed): that of a
beta-VAE with a small beta follows its cap, and speaks of the estimator."""

LOSSES: Mapping[str, str] = {"beta-VAE, beta = 2": LABELS["beta-vae"], "NC-VAE, beta = 2, delta = 1": LABELS["ncvae"]}
WIDTHS: Mapping[int, Look] = {
    2: {"color": ORANGE, "marker": "s", "linestyle": "--"},
    8: {"color": BLUE, "marker": "o", "linestyle": "-"},
    32: {"color": PURPLE, "marker": "^", "linestyle": "-."},
}
STEPS = (30, 300, 3000)
MEASURED: Mapping[str, tuple[str, Look]] = {  # loss: label, look
    "beta-VAE, beta = 0.02": ("β-VAE, β = 0.02", {"color": VERMILION, "marker": "D"}),
    "NC-VAE, beta = 2, delta = 1": ("NC-VAE, β = 2", {"color": BLUE, "marker": "o"}),
}
INFORMATION = "mutual_information"  # of all data; names of estimates in batches begin so


@styled
def draw(records: Records) -> Figure:
    """Return distances by step for each loss above estimates by size of the batch."""
    figure = new_figure(finding(records), height=108)
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.25, 1))
    upper, lower = halves
    panels = upper.subplots(1, len(LOSSES), sharex=True, sharey=True)
    for axes, (loss, label) in zip(panels, LOSSES.items(), strict=True):
        _draw_distances(axes, records, loss)
        letter(axes, label)
        axes.set_xlabel("steps")
    panels[0].set_ylabel("above the optimum, nats")
    handles, labels = panels[0].get_legend_handles_labels()
    upper.legend(handles, labels, loc="outside lower center", ncols=len(labels), columnspacing=1.2)
    _draw_information(lower.subplots(), records)
    return figure


def arm_of(loss: str, width: int, steps: int) -> str:
    """Return the name of a row of the study."""
    return f"{loss}, width {width}, {steps} steps"


def gaps(records: Records, loss: str, width: int, side: str) -> list[Point]:
    """Return one bound of the distance, lower or upper, after each number of steps; nats."""
    return [number_of(records, STUDY, arm_of(loss, width, steps), f"encoder_gap_{side}") for steps in STEPS]


def estimates(records: Records, loss: str) -> list[tuple[float, Point]]:
    """Return cap and mean of each estimate of I(X;Z) of the widest network after the longest training; nats."""
    arm = arm_of(loss, max(WIDTHS), STEPS[-1])
    number_of(records, STUDY, arm, INFORMATION)  # refuses a record without any
    caps = caps_of(records[STUDY], arm, INFORMATION)
    return [(cap, number_of(records, STUDY, arm, name)) for name, cap in caps.items()]


def finding(records: Records) -> str:
    """Return how near the widest networks come, and how far they are at the end."""
    said = []
    for loss, label in reversed(tuple(LOSSES.items())):
        reached = [point.value for point in gaps(records, loss, max(WIDTHS), "upper")]
        back = f", then ends {reached[-1]:.2g} nats off" if min(reached) < reached[-1] else ""
        said.append(f"{label} comes within {min(reached):.2g} nats of the optimum{back}")
    return "; ".join(said)


def _draw_distances(axes: Axes, records: Records, loss: str) -> None:
    for width, look in WIDTHS.items():
        shown = {**look, "markersize": 2.8}
        lower, upper = (gaps(records, loss, width, side) for side in ("lower", "upper"))
        values, errors = ([getattr(point, name) for point in upper] for name in ("value", "error"))
        axes.errorbar(STEPS, values, yerr=errors, label=f"width {width}", linewidth=0.9, elinewidth=0.8, **shown)
        axes.plot(STEPS, [point.value for point in lower], linewidth=0.5, color=look["color"])
    axes.set(xscale="log", yscale="log", ylim=(1e-5, 5))
    axes.set_xticks(STEPS, [str(steps) for steps in STEPS])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_information(axes: Axes, records: Records) -> None:
    for loss, (label, look) in MEASURED.items():
        caps, points = zip(*estimates(records, loss), strict=True)
        sizes = np.exp(caps)
        values, errors = ([getattr(point, name) for point in points] for name in ("value", "error"))
        axes.errorbar(sizes, values, yerr=errors, linewidth=0.9, capsize=2, label=label, **look)
    axes.plot(sizes, caps, color=GREY, linestyle="--", label="cap ln B")
    axes.set(xscale="log", xlabel="size of the batch B", ylabel="I(X;Z) in nats", ylim=(0, None))
    axes.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(loc="upper left")
