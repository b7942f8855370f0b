"""Figure 8: tables and figures of the papers from our runs of small twins, beside the numbers that are printed."""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from figures.kinds import PRINTED_STUDIES
from figures.studies import BEYOND, Point, point_of
from figures.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, Look, Records, letter, new_figure, styled

RECORDS = PRINTED_STUDIES
CAPTION = """\
Filled: mean and standard error over three seeds of small twins, on 8x8 digits or the papers' toy data. Hollow: what
the papers print, on other data, so that the order of methods can agree and the heights cannot. AR-ELBO, Table 1:
squared error, expected gaps at variance 0.01 and 0.001, expected local smoothness (ELS). Table 3: the variance that
each parameterisation finds in upper (U) and lower (L) halves of small (S) and large (B) digits; noise of variance
0.1 was added to the upper ones. InfoVAE, Figures 1, 2 and 6: log det Cov of the codes, zero for the prior, by
coordinate. IL-LIDVAE, Figures 1 and 2: accuracy of the classes against the Fisher divergence from prior to
posterior, of which zero means collapse. NC-VAE, Table 1: mutual information over the full data, noise GN and CD at
the smaller delta. The title counts the pairs of methods that differ in print, and of those the pairs in the same
order here, by more than two standard errors."""

COVARIANCE = "log_det_covariance_nats_per_coordinate"
LEGEND: Look = {"handlelength": 0.8, "handletextpad": 0.4, "labelspacing": 0.2, "columnspacing": 0.8}
SHIFT = 0.09  # between series at one place


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """One method over the places of a panel; None where it has no number."""

    label: str
    look: Look
    points: Sequence[Point | None]


def smoothness(records: Records) -> list[Series]:
    """Return error, gaps and smoothness of stochastic and deterministic encodings."""
    metrics = (
        "squared_error_squared_units",
        "expected_gap_at_0.01_squared_units",
        "expected_gap_at_0.001_squared_units",
        "local_smoothness_per_coordinate_squared_units",
    )
    record, looks = records["arelbo-table1-small"], (_look(BLUE, "o"), _look(VERMILION, "s"))
    return [
        Series(arm, look, [point_of(record, arm, metric) for metric in metrics])
        for arm, look in zip(("stochastic", "deterministic"), looks, strict=True)
    ]


def variances(records: Records) -> list[Series]:
    """Return the variances of four partitions by parameterisation."""
    record = records["arelbo-table3-small"]
    looks = (_look(BLUE, "o"), _look(VERMILION, "s"), _look(GREEN, "^"), _look(PURPLE, "D"))
    return [
        Series(arm, look, [point_of(record, arm, f"variance_{part}_squared_units") for part in range(4)])
        for arm, look in zip(("Iso-I", "Diag-I", "Iso-D", "Diag-D"), looks, strict=True)
    ]


def covariances(records: Records) -> list[Series]:
    """Return log det Cov of the codes of ELBO and InfoVAE on three data sets."""
    two, digits = records["infovae-figure1-small"], records["infovae-figure2-small"]
    return [
        Series(
            arm,
            look,
            [
                point_of(two, arm, COVARIANCE),
                *(point_of(digits, f"{arm}, {size} images", COVARIANCE) for size in ("500", "all")),
            ],
        )
        for arm, look in (("ELBO", _look(VERMILION, "s")), ("InfoVAE", _look(GREEN, "^")))
    ]


def divergences(records: Records) -> list[Series]:
    """Return log det Cov of the codes by divergence."""
    record, arms = records["infovae-figure6-small"], ("MMD", "Stein", "adversarial", "no regularisation")
    return [Series("", _look(GREEN, "^"), [point_of(record, arm, COVARIANCE) for arm in arms])]


def information(records: Records) -> list[Series]:
    """Return the mutual information of beta-VAE and NC-VAE by beta."""
    record = records["ncvae-omniglot-small"]
    return [
        Series(
            label,
            look,
            [point_of(record, arm.format(beta) + delta, "mutual_information") for beta in ("0.8", "1.0", "5.0")],
        )
        for label, look, arm, delta in (
            ("β-VAE", _look(VERMILION, "s"), "beta-VAE, beta = {0} --objective.beta {0}", ""),
            ("GN", _look(BLUE, "o"), "NC-VAE, GN, beta = {0} --objective.beta {0}", " --objective.delta 0.1"),
            ("CD", _look(SKY, "v"), "NC-VAE, CD, beta = {0} --objective.beta {0}", " --objective.delta 0.1"),
        )
    ]


def ordered(panels: Sequence[Sequence[Series]]) -> Iterator[bool]:
    """Yield, for every pair of methods that differ in print, whether ours are in that order beyond their errors."""
    for series in panels:
        for place in range(len(series[0].points)):
            points = [one.points[place] for one in series]
            known = [point for point in points if point is not None and point.printed is not None]
            for one, other in itertools.combinations(known, 2):
                printed = (one.printed or 0.0) - (other.printed or 0.0)
                if printed:
                    apart = one.value - other.value
                    beyond = abs(apart) > BEYOND * math.hypot(one.error, other.error)
                    yield beyond and (apart > 0) == (printed > 0)


def finding(panels: Sequence[Sequence[Series]]) -> str:
    """Return how many orders of the papers are found again."""
    found = list(ordered(panels))
    return f"Small twins order methods as printed in {sum(found)} of {len(found)} comparisons"


@styled
def draw(records: Records) -> Figure:
    """Return six panels: two tables of AR-ELBO, figures of InfoVAE and IL-LIDVAE, a table of NC-VAE."""
    first, second, last = smoothness(records), variances(records), information(records)
    figure = new_figure(finding([first, second, last]), height=140)
    grid = figure.subplots(3, 2)
    _draw_series(grid[0][0], first, ("error", "gap\n.01", "gap\n.001", "ELS"), title="AR-ELBO, Table 1")
    _draw_series(grid[0][1], second, ("SU", "SL", "BU", "BL"), title="AR-ELBO, Table 3")
    _draw_series(
        grid[1][0], covariances(records), ("2 points", "500\ndigits", "all\ndigits"), title="InfoVAE, Figures 1, 2"
    )
    _draw_series(
        grid[1][1], divergences(records), ("MMD", "Stein", "adver-\nsarial", "none"), title="InfoVAE, Figure 6"
    )
    _draw_series(grid[2][0], last, ("β = 0.8", "1", "5"), title="NC-VAE, Table 1")
    _draw_classes(grid[2][1], records["illidvae-figure1-small"])
    for axes, top in zip(grid[0], (2e4, 2.5), strict=True):  # above which the legend is
        axes.set(yscale="log", ylabel="squared units")
        axes.set_ylim(top=top)
        axes.yaxis.set_minor_locator(NullLocator())
    for axes in grid[1]:
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.set_ylabel("log det Cov, nats")
    grid[2][0].set_ylabel("I(X;Z), nats")
    return figure


def _look(colour: str, marker: str) -> Look:
    return {"color": colour, "marker": marker, "linestyle": "none", "markersize": 3}


def _draw_series(axes: Axes, series: Sequence[Series], places: Sequence[str], *, title: str) -> None:
    for number, one in enumerate(series):
        shift = 2 * SHIFT * (number - (len(series) - 1) / 2)
        shown = [(place + shift, point) for place, point in enumerate(one.points) if point is not None]
        axes.errorbar(
            [place for place, _ in shown],
            [point.value for _, point in shown],
            yerr=[point.error for _, point in shown],
            label=one.label or None,
            elinewidth=0.8,
            **one.look,
        )
        printed = [(place, point.printed) for place, point in shown if point.printed is not None]
        axes.plot([place for place, _ in printed], [value for _, value in printed], fillstyle="none", **one.look)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_xticks(range(len(places)), places)
    axes.tick_params(axis="x", length=0)
    letter(axes, title)
    if series[0].label:
        axes.legend(loc="upper right", ncols=max(1, len(series) // 2), **LEGEND)


def _draw_classes(axes: Axes, record: Mapping[str, Any]) -> None:
    arms = (("GMVAE", _look(GREY, "o")), ("LIDMVAE", _look(ORANGE, "s")), ("IL-LIDMVAE", _look(BLUE, "^")))
    for arm, look in arms:
        fisher = point_of(record, arm, "relative_fisher_squared_nats_per_squared_unit")
        accuracy = point_of(record, arm, "component_accuracy_optimal_fraction")
        if fisher is not None and accuracy is not None:
            axes.errorbar(
                [fisher.value],
                [accuracy.value],
                xerr=fisher.error,
                yerr=accuracy.error,
                label=arm,
                elinewidth=0.8,
                **look,
            )
    axes.set(xlabel="Fisher divergence", ylabel="accuracy", xlim=(0, None), ylim=(None, 0.87))
    letter(axes, "IL-LIDVAE, Figures 1, 2")
    axes.legend(loc="upper right", **LEGEND)
