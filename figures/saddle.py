"""Figure 6: the collapsed point seen along two directions, and the families of codes on which losses are unbounded."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLUE, GREY, LABELS, LOSSES, VERMILION, Look, Records, letter, new_figure, styled
from figures.words import setting_in_words

TARGETS = ("beta-vae", "infovae", "aae")  # NC-VAE without noise is beta-VAE
RECORDS = tuple(f"{target}-saddle" for target in TARGETS)
CAPTION = """\
Top: loss above the collapsed point, q = p(1 + e h), for two equally likely values of x and 13 of z. Solid: h has
opposite signs on the two x, so that the information I(X;Z) moves and the aggregate stays. Dashed: h is the same for
every x, so that the constant code moves. First row, the loss rises both ways; second row, it falls along information
and rises across: a saddle. Bottom: for N equally likely x and z, the loss of the code that sends each x to its own z,
above that of the constant code. Atomless spaces can be cut into N cells for every N, so a loss that falls with N has no
minimum there. It is (beta - 1) log N, -alpha log N and -log N."""

DIRECTIONS: Mapping[str, Look] = {
    "information": {"color": VERMILION, "linestyle": "-"},
    "constant": {"color": BLUE, "linestyle": "--"},
}
WORDS = {"information": "information moves", "constant": "constant code moves"}


@styled
def draw(records: Records) -> Figure:
    """Return minima above saddles above families."""
    figure = new_figure("Where information lowers the loss, collapse is a saddle and no minimum need exist", height=118)
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.5, 1))
    minima, saddles = panels_of(records)
    columns = max(len(minima), len(saddles))
    grid = halves[0].subplots(2, columns, sharex=True, sharey=True)
    for line, panels in zip(grid, (minima, saddles), strict=True):
        for axes in line[len(panels) :]:
            axes.set_axis_off()
        for axes, (target, row) in zip(line, panels, strict=False):
            _draw_directions(axes, records[f"{target}-saddle"]["steps"], row)
            letter(axes, f"{LABELS[target]}\n{setting_in_words(row['setting'])}")
        line[0].set_ylabel("loss in nats")
    for axes in grid[-1]:
        axes.set_xlabel("e")
    handles, labels = grid[-1][0].get_legend_handles_labels()
    halves[0].legend(handles, labels, loc="outside lower center", ncols=2)
    _draw_families(halves[1].subplots(), records)
    return figure


def panels_of(records: Records) -> tuple[list[tuple[str, Mapping[str, Any]]], list[tuple[str, Mapping[str, Any]]]]:
    """Return the settings at which the loss rises along information, and those at which it falls."""
    rows = [(target, row) for target in TARGETS for row in records[f"{target}-saddle"]["rows"]]
    rising = [(target, row) for target, row in rows if row["curves"]["information"][-1] >= 0]
    return rising, [panel for panel in rows if panel not in rising]


def _draw_directions(axes: Axes, steps: list[float], row: Mapping[str, Any]) -> None:
    axes.axhline(0, color=GREY, linewidth=0.5)
    for name, look in DIRECTIONS.items():
        axes.plot(steps, row["curves"][name], label=WORDS[name], **look)
    axes.plot([0], [0], linestyle="none", marker="o", markersize=3, color="black")
    axes.set(xticks=[-0.9, 0, 0.9])


def _draw_families(axes: Axes, records: Records) -> None:
    ends: dict[float, list[str]] = {}  # losses of different names may be the same
    for target in TARGETS:
        record = records[f"{target}-saddle"]
        for row in record["rows"]:
            axes.plot(record["cells"], row["matched"], linewidth=1, **LOSSES[target])
            text = f"{LABELS[target]}, {setting_in_words(row['setting'])}"
            ends.setdefault(round(row["matched"][-1], 6), []).append(text)
    for end, texts in ends.items():
        point = (record["cells"][-1], end)
        axes.annotate("\n".join(texts), point, (5, 0), textcoords="offset points", va="center", fontsize=6.5)
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.set(xscale="log", xlabel="cells N", ylabel="loss in nats")
    axes.set_xticks(record["cells"], [f"{number:g}" for number in record["cells"]])
    axes.minorticks_off()
