"""Figure 7: Fisher divergence, its bound and KL against the inverse Lipschitz constant of the decoder."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, BLUE, GREEN, ORANGE, SKY, VERMILION, Look, Records, letter, new_figure, styled

RECORDS = ("illidvae-steepness",)
CAPTION = """\
Prior N(0, I) against posterior for decoders of four exponential families, as the inverse Lipschitz constant L
grows; f is the gradient of L|z|^2/2 + sum log cosh z_j. Blue: Fisher divergence F(p||p_x); light blue: its lower
bound L^2 E|T(x) - grad A(f)|^2; black dots: its infimum over all decoders of steepness L, which is zero, hence
absent, for one datum of Bernoulli, categorical and Poisson type (for categorical data sets a lower bound on it). KL
divergences in nats grow far more slowly; the one from posterior to prior stays bounded for discrete x. Crosses: F
of one datum for another decoder that is as steep but was chosen to generate that datum whatever z is. It ends near
zero, so a large L does not keep one datum from collapse; for Gaussian data this takes one natural parameter more
than latent dimensions. A data set cannot collapse: right, F averaged over the data and its infimum."""

LINES: Mapping[str, Look] = {
    "fisher": {"color": BLUE, "linestyle": "-"},
    "bound": {"color": SKY, "linestyle": "--"},
    "infimum": {"color": BLACK, "linestyle": ":"},
    "kl_to_posterior": {"color": ORANGE, "linestyle": "-."},
    "kl_to_prior": {"color": GREEN, "linestyle": (0, (5, 1, 1, 1, 1, 1))},
}
WORDS = {
    "fisher": "F(p‖p$_x$)",
    "bound": "its bound",
    "infimum": "its infimum",
    "kl_to_posterior": "KL(p‖p$_x$)",
    "kl_to_prior": "KL(p$_x$‖p)",
    "favourable": "F, other decoder",
}
CROSSES: Look = {"color": VERMILION, "marker": "x", "markersize": 3, "linewidth": 0.8}
SHOWN = (1e-6, 3e3)


@styled
def draw(records: Records) -> Figure:
    """Return one line of panels for each family: one datum, and a data set."""
    rows = records["illidvae-steepness"]["rows"]
    figure = new_figure("A steep decoder keeps a data set from collapse, but not one datum", height=136)
    grid = figure.subplots(len(rows), 2, sharex=True, sharey=True)
    for line, row in zip(grid, rows, strict=True):
        for axes, part in zip(line, ("datum", "data"), strict=True):
            _draw_panel(axes, row, part)
        line[0].set_ylabel(row["family"])
    letter(grid[0][0], "one datum")
    letter(grid[0][1], "different data")
    for axes in grid[-1]:
        axes.set_xlabel("inverse Lipschitz constant L")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, columnspacing=1.2)
    return figure


def _draw_panel(axes: Axes, row: Mapping[str, Any], part: str) -> None:
    for name, look in LINES.items():
        values = [value if value > 0 else float("nan") for value in row[part][name]]  # zero has no logarithm
        axes.plot(row["strengths"], values, label=WORDS[name], **look)
    if part == "datum":
        axes.plot(row["strengths"], row["favourable"], label=WORDS["favourable"], **CROSSES)
    axes.set(xscale="log", yscale="log", ylim=SHOWN)
    axes.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.set_yticks([1e-5, 1e-3, 0.1, 10, 1e3])
    axes.minorticks_off()
