"""Figure 1: where each loss is convex, where its optimum ignores the data, and how much information it keeps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures.conditions import NEVER, margin, verdict_at
from figures.kinds import PARAMETERS, TARGETS
from figures.style import (
    BLACK,
    GREY,
    LABELS,
    LOSSES,
    ORANGE,
    SEAMLESS,
    SEQUENTIAL,
    VERMILION,
    Look,
    Records,
    colour_bar,
    letter,
    new_figure,
    styled,
)
from figures.words import SYMBOLS

RECORDS = ("verdicts", *(f"{target}-{kind}" for target in TARGETS for kind in ("regimes", "analysis")))
CAPTION = """\
Colour and height: information I(X;Z) that the optimum keeps (white: less than 0.001 nats), computed for two equally
likely values of x and 13 values of z (NC-VAE: noise with p_n/p_d = 0.4 and 1.6). Crosses: settings at which the
optimum is proved to collapse on finite spaces. Black line: boundary of the region where the loss is convex.
Hatched, or red line: on atomless spaces the loss has no minimum, since matching N cells of equal mass drives it to
minus infinity. Stars: exact witnesses that refute a theorem as printed. The star on the NC-VAE map collapses
because there p_n/p_d is constant where there are data."""

LEAST = 1e-3  # nats; what is less is shown as nothing
INK: Look = {"linewidth": 1.4, "color": BLACK}
STAR: Look = {
    "marker": "*",
    "markersize": 8,
    "markerfacecolor": ORANGE,
    "markeredgecolor": BLACK,
    "markeredgewidth": 0.6,
}
HATCH: Look = {"facecolor": "none", "edgecolor": VERMILION, "hatch": "///", "linewidth": 0, "alpha": 0.7}
NAMES = {"weight": "lambda"}  # parameters that a record and an analysis call differently


@styled
def draw(records: Records) -> Figure:
    """Return the maps of NC-VAE and InfoVAE above the curves of β-VAE and AAE."""
    figure = new_figure("Only the NC-VAE loss is convex where its optimum keeps information about the data", height=104)
    maps, curves = figure.subplots(2, 2)
    norm = LogNorm(LEAST, float(np.log(2)))
    witnesses = witnesses_of(records["verdicts"])
    for axes, target in zip(maps, ("ncvae", "infovae"), strict=True):
        _draw_map(axes, target, records, norm)
        _draw_stars(axes, witnesses[target])
    for axes, target in zip(curves, ("beta-vae", "aae"), strict=True):
        _draw_curve(axes, target, records)
        _draw_stars(axes, witnesses[target])
    maps[1].set_ylabel("λ")
    curves[0].set_ylabel("I(X;Z) in nats")
    colour_bar(figure, norm, SEQUENTIAL, maps, "I(X;Z) in nats", pad=0.02, aspect=14, extend="min")
    figure.legend(handles=_legend(), loc="outside lower center", ncols=2, columnspacing=1.2, handletextpad=0.5)
    return figure


def coordinates(record: Mapping[str, Any], target: str, name: str) -> npt.NDArray[np.float64]:
    """Return the entries of an axis as drawn: delta times the least p_n/p_d, and everything else as it is."""
    values = np.asarray(record["axes"][name])
    return values * least_ratio(record) if (target, name) == ("ncvae", "delta") else values


def least_ratio(record: Mapping[str, Any]) -> float:
    """Return the least p_n/p_d, which decides with beta where the NC-VAE loss is convex."""
    return float(min(noise / data for noise, data in zip(record["noise"], record["data"], strict=True)))


def named(row: Mapping[str, Any], target: str) -> dict[str, float]:
    """Return the parameters of a row by the names that analyses use."""
    return {NAMES.get(name, name): row[name] for name in PARAMETERS[target]}


def witnesses_of(verdicts: Mapping[str, Any]) -> dict[str, dict[tuple[float, ...], str]]:
    """Return by loss the points at which a theorem is refuted, with the numbers of the theorems.

    A point has the coordinates of the figure; for NC-VAE delta is multiplied by p_n/p_d on the support of the data.
    """
    found: dict[str, dict[tuple[float, ...], list[str]]] = {target: {} for target in TARGETS}
    for theorem, witness in _refuting(verdicts):
        values = {name: float(Fraction(text)) for name, text in witness["parameters"].items()}
        target = next(
            (one for one, names in PARAMETERS.items() if {NAMES.get(name, name) for name in names} == set(values)), None
        )
        if target is None:
            continue
        if target == "ncvae":
            values["delta"] *= min(witness["ratios"])
        point = tuple(values[NAMES.get(name, name)] for name in PARAMETERS[target])
        numbers = found[target].setdefault(point, [])
        numbers.extend([theorem] if theorem not in numbers else [])
    return {
        target: {point: f"Thm {', '.join(numbers)}" for point, numbers in points.items()}
        for target, points in found.items()
    }


def _refuting(verdicts: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for claim in verdicts["claims"]:
        theorem = re.match(r"ncvae, Theorem (\d+)", claim["source"])
        if claim["status"] == "refuted" and theorem:
            for witness in claim["witnesses"]:
                if witness["kind"] != "enclosure":
                    yield theorem[1], witness


def _draw_map(axes: Axes, target: str, records: Records, norm: LogNorm) -> None:
    record, analysis = records[f"{target}-regimes"], records[f"{target}-analysis"]
    across, up = PARAMETERS[target]
    x, y = coordinates(record, target, across), coordinates(record, target, up)
    information = np.array([row["information"] for row in record["rows"]]).reshape(len(x), len(y)).T
    shown = np.ma.masked_less(information, LEAST)
    axes.pcolormesh(x, y, shown, norm=norm, cmap=SEQUENTIAL, shading="nearest", **SEAMLESS)
    collapsing = [row for row in record["rows"] if _verdict(analysis, row, target, "finite") == "collapses"]
    scale = least_ratio(record) if target == "ncvae" else 1.0
    axes.plot(
        [row[across] for row in collapsing], [row[up] * scale for row in collapsing],
        linestyle="none", marker="x", markersize=2.2, markeredgewidth=0.5, color=GREY,
    )  # fmt: skip
    _edges(axes, x, y)
    fine = np.meshgrid(np.linspace(*axes.get_xlim(), 201), np.linspace(*axes.get_ylim(), 201))
    values = {NAMES.get(across, across): fine[0], NAMES.get(up, up): fine[1], "pd": 1.0, "pn": 1.0}
    axes.contour(*fine, margin(analysis["convex_if"], values), levels=[0], colors=BLACK, linewidths=INK["linewidth"])
    _hatch_map(axes, record, analysis, target)
    axes.set_xlabel(SYMBOLS[across])
    if target == "ncvae":
        axes.set_ylabel(r"$\delta\,\min p_n/p_d$")
    letter(axes, LABELS[target])


def _hatch_map(axes: Axes, record: Mapping[str, Any], analysis: Mapping[str, Any], target: str) -> None:
    """Mark the columns in which the loss is unbounded on atomless spaces, or the bottom row where only that is."""
    across, up = PARAMETERS[target]
    x, y = coordinates(record, target, across), record["axes"][up]
    half = (x[1] - x[0]) / 2
    for value in x:
        rows = [row for row in record["rows"] if row[across] == value]
        bad = [row[up] for row in rows if _verdict(analysis, row, target, "densities") == "unbounded"]
        if len(bad) == len(y):
            axes.axvspan(value - half, value + half, **HATCH)
        elif bad:
            axes.plot(
                [value - half, value + half],
                [0, 0],
                color=VERMILION,
                solid_capstyle="butt",
                linewidth=2.5,
                clip_on=False,
            )


def _draw_curve(axes: Axes, target: str, records: Records) -> None:
    record, analysis = records[f"{target}-regimes"], records[f"{target}-analysis"]
    (across,) = PARAMETERS[target]
    x = np.array([row[across] for row in record["rows"]])
    look = {**LOSSES[target], "markersize": 2.4, "markeredgewidth": 0, "linewidth": 0.8, "linestyle": "-"}
    axes.plot(x, [row["information"] for row in record["rows"]], label=LABELS[target], **look)
    axes.set(xlabel=SYMBOLS[across], ylim=(-0.04, 0.9), xlim=(min(0.0, x.min()), x.max()))
    unbounded = [row[across] for row in record["rows"] if _verdict(analysis, row, target, "densities") == "unbounded"]
    if unbounded:
        half = (x[1] - x[0]) / 2
        axes.axvspan(min(unbounded) - half, max(unbounded) + half, **HATCH)
    if analysis["convex_if"] != NEVER:
        edge = np.linspace(x.min(), x.max(), 2001)
        inside = margin(analysis["convex_if"], {NAMES.get(across, across): edge}) >= 0
        axes.axvline(edge[int(np.argmax(inside))], **INK)
    letter(axes, LABELS[target])


def _draw_stars(axes: Axes, points: Mapping[tuple[float, ...], str]) -> None:
    for point, label in points.items():
        x = point[0]
        y = point[1] if len(point) == 2 else float(np.log(2))  # what the refuting codes on two points keep
        axes.plot([x], [y], linestyle="none", clip_on=False, zorder=5, **STAR)
        low, high = axes.get_xlim()
        side = "left" if x < low + 0.15 * (high - low) else "right" if x > high - 0.15 * (high - low) else "center"
        axes.annotate(label, (x, y), (0, 7), textcoords="offset points", ha=side, fontsize=6.5, bbox=BOX)


BOX: Look = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _edges(axes: Axes, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> None:
    axes.set_xlim(x[0] - (x[1] - x[0]) / 2, x[-1] + (x[1] - x[0]) / 2)
    axes.set_ylim(y[0] - (y[1] - y[0]) / 2, y[-1] + (y[1] - y[0]) / 2)


def _verdict(analysis: Mapping[str, Any], row: Mapping[str, Any], target: str, space: str) -> str:
    return verdict_at(analysis["regimes"], space, named(row, target))


def _legend() -> Sequence[Any]:
    return [
        Line2D([], [], linestyle="none", label="refutes a printed theorem", **STAR),
        Line2D([], [], label="boundary of convexity", **INK),
        Line2D([], [], linestyle="none", marker="x", markersize=3, color=BLACK, label="collapses (proved)"),
        Patch(label="no minimum if atomless", **HATCH),
    ]
