"""Figure 3: exact NC-VAE codes and the two priors, and their information against latent dimension and overlap."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures.style import (
    BLACK,
    BLUE,
    FAINT,
    GREY,
    ORANGE,
    PURPLE,
    SEQUENTIAL,
    Look,
    Records,
    letter,
    new_figure,
    styled,
)

RECORDS = ("ncvae-codes",)
CAPTION = """\
Top: the exact code q*(r|t) of NC-VAE (noise scale 3, beta = 2, delta = 1), as a density in log r, r = |z|, drawn
against r divided by the root of the latent dimension D; t = log p_n/p_d takes the quantiles under the data that the
legend names. Filled: the priors of data and of noise. Data and noise are N(0, I) and N(m, I) in 100
dimensions, the first row with |m| = 0.5 (much overlap), the second with |m| = 3 (little). Bottom: information I(X;Z)
of the code, certified by a closed duality gap, against D, for three overlaps. Above each curve two bounds on it: the
rate E KL(q*||p), dotted in the same colour, and, dashed in black, the loss of the best constant code divided by
beta - 1, which does not depend on the overlap."""

SHOWN_SHIFTS, SHOWN_DIMENSIONS = (0.5, 3.0), (2, 16, 128)
SHIFTS: Mapping[float, Look] = {
    0.5: {"color": BLUE, "marker": "o"},
    1.5: {"color": ORANGE, "marker": "s"},
    3.0: {"color": PURPLE, "marker": "^"},
}
LEGEND: Look = {"handlelength": 1.0, "handletextpad": 0.4, "columnspacing": 0.8}
REACH = (0.1, 10.0)  # of r / sqrt(D)


@styled
def draw(records: Records) -> Figure:
    """Return codes for two overlaps and three dimensions, above the information for all of them."""
    record = records["ncvae-codes"]
    figure = new_figure(
        "Exact NC-VAE codes move from one prior towards the other, and keep more in more dimensions", height=124
    )
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.15, 1))
    upper, lower = halves
    grid = upper.subplots(len(SHOWN_SHIFTS), len(SHOWN_DIMENSIONS), sharex=True)
    for line, shift in zip(grid, SHOWN_SHIFTS, strict=True):
        for axes, dimension in zip(line, SHOWN_DIMENSIONS, strict=True):
            _draw_codes(axes, row_of(record, shift, dimension), record["quantiles"])
        line[0].set_ylabel(f"{'much' if shift == min(SHOWN_SHIFTS) else 'little'} overlap")
    upper.legend(handles=_legend(record["quantiles"]), loc="outside lower center", ncols=7, **LEGEND)
    for axes, dimension in zip(grid[0], SHOWN_DIMENSIONS, strict=True):
        letter(axes, f"D = {dimension}")
    for axes in grid[-1]:
        axes.set_xlabel(r"$r/\sqrt{D}$")
    _draw_information(lower.subplots(), record)
    return figure


def row_of(record: Mapping[str, Any], shift: float, dimension: int) -> Mapping[str, Any]:
    """Return the row of one overlap and latent dimension."""
    return next(row for row in record["rows"] if (row["shift"], row["latent_dim"]) == (shift, dimension))


def colours_of(quantiles: Sequence[float]) -> Sequence[Any]:
    """Return the colour of the code of each quantile of t, dark to light."""
    return list(mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.9, len(quantiles))))


def _legend(quantiles: Sequence[float]) -> Sequence[Any]:
    lines = [
        Line2D([], [], color=colour, label=f"{quantile:.0%}".replace("%", " %"))
        for quantile, colour in zip(quantiles, colours_of(quantiles), strict=True)
    ]
    title = Line2D([], [], linestyle="none", label="code at t:")
    return [title, *lines, Patch(facecolor=FAINT, edgecolor=GREY, linewidth=0.5, label="priors")]


def _draw_codes(axes: Axes, row: Mapping[str, Any], quantiles: Sequence[float]) -> None:
    radius = np.exp(row["log_radius"]) / np.sqrt(row["latent_dim"])
    for name in ("prior", "noise_prior"):
        axes.fill_between(radius, row[name], color=FAINT, alpha=0.7, linewidth=0)
        axes.plot(radius, row[name], color=GREY, linewidth=0.5)
    for density, colour in zip(row["densities"], colours_of(quantiles), strict=True):
        axes.plot(radius, density, color=colour, linewidth=0.9)
    axes.set(xscale="log", xlim=REACH, ylim=(0, None), yticks=[])
    axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)


def _draw_information(axes: Axes, record: Mapping[str, Any]) -> None:
    for shift, look in SHIFTS.items():
        rows = [row for row in record["rows"] if row["shift"] == shift]
        dimensions = [row["latent_dim"] for row in rows]
        axes.plot(dimensions, [row["information"] for row in rows], label=f"|m| = {shift:g}", linewidth=1, **look)
        axes.plot(dimensions, [row["prior_divergence"] for row in rows], color=look["color"], linestyle=":")
    axes.plot(dimensions, [row["information_bound"] for row in rows], color=BLACK, linestyle="--")
    axes.set(xscale="log", yscale="log", xlabel="latent dimension D", ylabel="nats")
    axes.set_xticks(dimensions, [f"{number:g}" for number in dimensions])
    axes.minorticks_off()
    kinds = [
        Line2D([], [], color=BLACK, linestyle="--", label="bound by constant code"),
        Line2D([], [], color=GREY, linestyle=":", label="rate E KL(q*‖p)"),
        *axes.get_legend_handles_labels()[0],
    ]
    axes.legend(
        handles=kinds, loc="center left", bbox_to_anchor=(1.0, 0.5), title="I(X;Z) and bounds", title_fontsize=6.5
    )
    axes.set_ylim(5e-3, 2e2)
