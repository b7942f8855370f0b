"""Figure 9: trained encoders against the exact optimum, and measured information against the caps of its estimators."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from figures.style import BLUE, GREY, ORANGE, PURPLE, VERMILION, Look, Records, letter, new_figure, styled
from figures.words import setting_in_words

RECORDS = ("trained",)
CAPTION = """\
Top: how far the loss of a trained encoder with its best decoder is above the optimum over all encoders and
decoders, between a lower and an upper bound that rest on no draw, against steps of training, for two hidden layers
of three widths. Eight values of x, codes on the line; delta = 0 is beta-VAE, whose optimum ignores the data. What
stays after long training is partly that no normal density is the best code. The bounds differ by less than a line
is wide, but near zero; a lower bound of zero has no place on the axis. Bottom: information I(X;Z) of the widest
network at the last setting, and of one trained with a small beta, by quadrature (level lines) and as estimated in
batches of B from 4096 draws, with standard errors. No such estimate exceeds ln B, its cap (dashed), so a number
near its cap speaks of the estimator and not of the model."""

WIDTHS: tuple[Look, ...] = (
    {"color": ORANGE, "marker": "s", "linestyle": "--"},
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": PURPLE, "marker": "^", "linestyle": "-."},
)
SETTING = ("beta", "delta")
RUNS: tuple[Look, ...] = ({"color": BLUE, "marker": "o"}, {"color": VERMILION, "marker": "D"})


@styled
def draw(records: Records) -> Figure:
    """Return distances by step for each setting above estimates by size of the batch."""
    rows, bare = divided(records["trained"]["results"])
    figure = new_figure(finding(rows), height=102)
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.25, 1))
    settings = settings_of(rows)
    panels = halves[0].subplots(1, len(settings), sharex=True, sharey=True)
    for axes, setting in zip(panels, settings, strict=True):
        _draw_distances(axes, [row for row in rows if row["setting"] == setting])
        letter(axes, setting_in_words({name: setting[name] for name in SETTING}))
        axes.set_xlabel("steps + 1")
    panels[0].set_ylabel("above the optimum, nats")
    handles, labels = panels[0].get_legend_handles_labels()
    halves[0].legend(handles, labels, loc="outside lower center", ncols=len(labels), columnspacing=1.2)
    _draw_information(halves[1].subplots(), [measured(rows)[-1], *bare])
    return figure


def divided(rows: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the runs whose distance from the optimum is known, and those of which only the information is."""
    return [row for row in rows if row["gap_upper"]], [row for row in rows if not row["gap_upper"]]


def finding(rows: list[Mapping[str, Any]]) -> str:
    """Return how near the widest networks come."""
    widest = max(row["width"] for row in rows)
    worst = max(row["gap_upper"][-1] for row in rows if row["width"] == widest)
    return f"Trained encoders end within {worst:.2g} nats of the optimum, by bounds from both sides"


def settings_of(rows: list[Mapping[str, Any]]) -> list[Mapping[str, float]]:
    """Return the settings in their order."""
    found: list[Mapping[str, float]] = []
    for row in rows:
        if row["setting"] not in found:
            found.append(row["setting"])
    return found


def measured(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows with information."""
    return [row for row in rows if row["information"] is not None]


def _draw_distances(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    for row, look in zip(rows, WIDTHS, strict=True):
        steps = np.array(row["steps"], dtype=float) + 1  # so that the start has a place on the axis
        lower, upper = (np.array(row[name]) for name in ("gap_lower", "gap_upper"))
        axes.plot(steps, upper, label=f"width {row['width']:g}", linewidth=0.9, **{**look, "markersize": 2.4})
        axes.plot(steps, np.where(lower > 0, lower, np.nan), linewidth=0.5, color=look["color"])
    axes.set(xscale="log", yscale="log")
    axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"], fontsize=6.5)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_information(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    for row, look in zip(rows, RUNS, strict=True):
        found = row["information"]["in_batch"]
        sizes = [one["batch"] for one in found]
        values, errors = [one["value"] for one in found], [one["error"] for one in found]
        axes.axhline(row["information"]["exact"], linewidth=0.8, color=look["color"])
        label = setting_in_words({name: row["setting"][name] for name in SETTING})
        axes.errorbar(sizes, values, yerr=errors, linewidth=0.9, capsize=2, label=label, **look)
    axes.plot(sizes, [one["cap"] for one in found], color=GREY, linestyle="--", label="cap ln B")
    axes.set(xscale="log", xlabel="size of the batch B", ylabel="I(X;Z) in nats", ylim=(0, 2.5))
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.33))
