"""Figure 5: how the solver gets there: gap against step, time against size beside its peers, bracket against grid."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, Look, Records, letter, new_figure, styled
from figures.words import setting_in_words

RECORDS = ("ncvae-routes", "peers", "scaling")
CAPTION = """\
Top: duality gap after each step of the three routes, which start at the constant code, on 100 x 200 points; the
dotted line is where they stop. Left an easy setting, right the sharpest. Middle: time to a gap of 1e-12 nats for
one problem against its number of pairs (x, z), with 2 cores of an x86-64 machine; Clarabel, a conic solver, runs at
the tightest tolerance at which it ends well, 1e-9 to 1e-6; the fixed point is compiled by JAX with the damping that
is safe for every problem, compilation not counted. Open circles: another benchmark of the same problem, in which
nobody else takes part. Bottom: the bracket of the optimum is as narrow as rounding allows on every grid; what is
left is the distance of the grid's optimum from that of the finest grid."""

ROUTES: Mapping[str, Look] = {
    "krylov": {"color": BLUE, "marker": "o", "linestyle": "-"},
    "newton": {"color": ORANGE, "marker": "s", "linestyle": "--"},
    "fixed-point": {"color": GREEN, "marker": "^", "linestyle": "-."},
}
OURS = "ours"
PEERS: Mapping[str, Look] = {
    "clarabel": {"color": VERMILION, "marker": "s", "linestyle": "--"},
    "jax, safe damping": {"color": GREEN, "marker": "^", "linestyle": "-."},
    OURS: {"color": BLUE, "marker": "o", "linestyle": "-"},
}
LARGE = "gentle"  # the problem of the scaling benchmark that is as sharp as that of the peers


@styled
def draw(records: Records) -> Figure:
    """Return gaps by step above times by size above brackets by spacing."""
    record = records["ncvae-routes"]
    figure = new_figure(finding(record), height=132)
    parts: Any = figure.subfigures(3, 1, height_ratios=(1, 1, 1))
    settings = settings_of(record)
    easy_and_sharp = parts[0].subplots(1, 2, sharey=True, width_ratios=(1, 2))
    for axes, setting in zip(easy_and_sharp, (settings[0], settings[-1]), strict=True):
        _draw_gaps(axes, record, setting)
    easy_and_sharp[0].set_ylabel("gap in nats")
    handles, labels = easy_and_sharp[1].get_legend_handles_labels()
    parts[0].legend(handles, labels, loc="outside lower center", ncols=3)
    _draw_times(parts[1].subplots(), records)
    _draw_grids(parts[2].subplots(), record)
    return figure


def finding(record: Mapping[str, Any]) -> str:
    """Return what the steps of the routes show at the sharpest setting."""
    sharpest = settings_of(record)[-1]
    gaps = {run["route"]: run["gaps"] for run in record["runs"] if run["setting"] == sharpest}
    steps = len(gaps["krylov"])
    slow = gaps["fixed-point"]
    rest = f"takes {len(slow)}" if _closed(slow, record["gap"]) else f"is not there after {len(slow)}"
    closed = f"closes the gap in {steps} steps" if _closed(gaps["krylov"], record["gap"]) else f"stops after {steps}"
    return f"At the sharpest setting the solver {closed}; the fixed point {rest}"


def settings_of(record: Mapping[str, Any]) -> list[Mapping[str, float]]:
    """Return the settings, from easy to sharp."""
    found: list[Mapping[str, float]] = []
    for run in record["runs"]:
        if run["setting"] not in found:
            found.append(run["setting"])
    return found


def _closed(gaps: list[float | None], tolerance: float) -> bool:
    return gaps[-1] is not None and gaps[-1] <= tolerance


def _draw_gaps(axes: Axes, record: Mapping[str, Any], setting: Mapping[str, float]) -> None:
    for run in record["runs"]:
        if run["setting"] == setting:
            gaps = [np.nan if gap is None else gap for gap in run["gaps"]]
            look = {**ROUTES[run["route"]], "markersize": 2.2, "linewidth": 0.9}
            axes.plot(np.arange(1, len(gaps) + 1), gaps, label=run["route"], **look)
    axes.axhline(record["gap"], color=GREY, linestyle=":", linewidth=0.8)
    axes.set(yscale="log", ylim=(1e-18, 1), xlabel="step")
    axes.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    axes.minorticks_off()
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    letter(axes, setting_in_words(setting))


def _draw_times(axes: Axes, records: Records) -> None:
    peers = records["peers"]["results"]
    pairs = [row["shape"][0] * row["shape"][1] for row in peers]
    times = {name: [row["times"][name]["median_ms"] for row in peers] for name in PEERS}
    for name, look in PEERS.items():
        axes.plot(pairs, times[name], linewidth=1, **look)
    large = [row for row in records["scaling"]["results"] if "size" in row]
    sizes, longest = [row["size"] ** 2 for row in large], [row["times"][LARGE]["median_ms"] for row in large]
    axes.plot(sizes, longest, marker="o", fillstyle="none", linewidth=1, color=PEERS[OURS]["color"])
    for text, point, offset, side in (
        ("Clarabel", (pairs[-1], times["clarabel"][-1]), (6, -2), "left"),
        ("JAX fixed point", (pairs[-1], times["jax, safe damping"][-1]), (-2, 6), "right"),
        ("krylov", (sizes[-2], longest[-2]), (0, -14), "left"),
    ):
        axes.annotate(text, point, offset, textcoords="offset points", ha=side, fontsize=6.5)
    axes.set(xscale="log", yscale="log", xlabel="pairs (x, z)", ylabel="time in ms", ylim=(5e-2, 1e5))


def _draw_grids(axes: Axes, record: Mapping[str, Any]) -> None:
    grids = record["grids"]
    spacing = [grid["spacing"] for grid in grids]
    finest = grids[-1]
    away = [abs(grid["upper"] - finest["upper"]) for grid in grids[:-1]]
    axes.plot(spacing[:-1], away, color=BLACK, marker="D", linewidth=1, label="distance to the finest grid")
    axes.plot(
        spacing, [grid["gap"] for grid in grids], color=BLUE, marker="o", linewidth=1, label="width of the bracket"
    )
    axes.set(xscale="log", yscale="log", xlabel="spacing of z", ylabel="nats")
    axes.set_xticks([0.2, 0.5, 1, 2, 4], ["0.2", "0.5", "1", "2", "4"])
    axes.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
    axes.minorticks_off()
    axes.legend(loc="center right")
