"""Figure 2: the double-centred log encoder at the optimum of each loss, zero where the code does not depend on x."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from figures.kinds import TARGETS
from figures.style import DIVERGING, GREY, LABELS, SEAMLESS, Records, colour_bar, new_figure, styled
from figures.words import setting_in_words

RECORDS = tuple(f"{target}-factorisation" for target in TARGETS)
CAPTION = """\
Each strip is log q*(z|x) with its means over x and over z taken away, at the best code of one loss: the upper half
belongs to x = 1, the lower to x = 2, and z runs from left to right. A strip without colour is a code that factorises,
q(z|x) = a(x) b(z), hence one that does not depend on x. To the right, the information that the code keeps. Where a code
is zero its logarithm is held at -60. NC-VAE with beta > 1 and delta > 0 has one best code, which is smooth; beta-VAE
below beta = 1, InfoVAE above alpha = 0 and AAE cut z into cells, one for each x, and any assignment of cells that keeps
the aggregate is as good."""

LINEAR, LARGEST = 0.1, 45.0  # nats; colours are linear up to the first and end at the second
STRIP, GAP = 1.0, 0.35  # heights


@styled
def draw(records: Records) -> Figure:
    """Return the residuals of every loss and setting, one strip each."""
    figure = new_figure("The best code factorises exactly where it keeps no information", height=98)
    axes = figure.subplots()
    norm = SymLogNorm(LINEAR, vmin=-LARGEST, vmax=LARGEST)
    strips = list(strips_of(records))
    points = np.asarray(records[RECORDS[0]]["points"])
    step = points[1] - points[0]
    edges = np.append(points - step / 2, points[-1] + step / 2)
    middles, labels = [], []
    for number, (target, row) in enumerate(strips):
        top = number * (STRIP + GAP)
        heights = top + STRIP * np.linspace(0, 1, len(row["residual"]) + 1)
        axes.pcolormesh(edges, heights, np.asarray(row["residual"]), norm=norm, cmap=DIVERGING, **SEAMLESS)
        axes.plot(edges[[0, -1, -1, 0, 0]], heights[[0, 0, -1, -1, 0]], color=GREY, linewidth=0.5)
        middles.append(top + STRIP / 2)
        labels.append(f"{LABELS[target]}\n{setting_in_words(row['setting'])}")
        information = row["information"]
        shown = f"{information:.2g}" if information > 1e-9 else "0"
        axes.text(edges[-1] + step / 2, middles[-1], shown, va="center", fontsize=6.5)
    axes.text(edges[-1] + step / 2, -GAP, "I(X;Z)", va="bottom", fontsize=6.5, color=GREY)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(middles[-1] + STRIP, -GAP), xlabel="z")
    axes.set_yticks(middles, labels)
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)
    colour_bar(
        figure, norm, DIVERGING, axes, "residual in nats", location="bottom", pad=0.02, aspect=30,
        ticks=[-10, -1, -LINEAR, 0, LINEAR, 1, 10], format="%g",
    )  # fmt: skip
    return figure


def strips_of(records: Records) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield loss and row of every setting, in the order drawn."""
    for target, name in zip(TARGETS, RECORDS, strict=True):
        for row in records[name]["rows"]:
            yield target, row
