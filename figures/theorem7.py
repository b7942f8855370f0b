"""Figure 4: both sides of Theorem 7 of the NC-VAE text over random instances, as printed and as corrected."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.style import BLACK, BLUE, FAINT, GREY, ORANGE, VERMILION, Look, Records, letter, new_figure, styled

RECORDS = ("ncvae-theorem7", "verdicts")
CAPTION = """\
Theorem 7 says that the left side, the least mean KL divergence from a Gaussian prior of any width to the best encoder,
is at least the right side. Each point is one optimum, computed for random discrete data and noise, latent dimension,
width of the noise prior, beta and delta; points above the diagonal (crosses) violate the statement. Stars: instances
where ball arithmetic encloses both sides, so that the printed statement is refuted whatever the rounding; the open star
is the printed line (88) of its proof. Squares: the two cases in which the theorem promises equality, data like noise
and equal priors; both sides are zero to within the tolerance, where the axes begin. As corrected, g = 1 + p_d/c
instead of 1 + 1/c with c = (beta - 1) p_d + delta p_n."""

WITNESSES = {"ncvae:thm7": ORANGE, "ncvae:eq88": "white"}
WORDS = {"ncvae:thm7": "Thm 7", "ncvae:eq88": "eq. (88)"}
FORMS = ("printed", "corrected")
STAR: Look = {"marker": "*", "markersize": 8, "markeredgecolor": BLACK, "markeredgewidth": 0.6, "linestyle": "none"}


@styled
def draw(records: Records) -> Figure:
    """Return the two forms side by side, left side across and right side up."""
    record = records["ncvae-theorem7"]
    total = len(record["rows"])
    failing = {form: int(np.sum(violations(record, form))) for form in FORMS}
    title = (
        f"Theorem 7 as printed fails on {failing['printed'] or 'none'} of {total} random instances; "
        f"as corrected it fails on {failing['corrected'] or 'none'}"
    )
    figure = new_figure(title, height=58)
    both = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, form in zip(both, FORMS, strict=True):
        _draw_form(axes, record, form)
    for claim, (left, right) in witnesses(records["verdicts"]).items():
        both[0].plot([left], [right], markerfacecolor=WITNESSES[claim], **STAR)
        both[0].annotate(WORDS[claim], (left, right), (-5, 2), textcoords="offset points", ha="right", fontsize=6.5)
    both[0].set_ylabel("right side in nats")
    return figure


def violations(record: Mapping[str, Any], form: str) -> list[bool]:
    """Return for each instance whether the left side is below the right side by more than the tolerance."""
    return [row["left"] < row[form] - record["tolerance"] for row in record["rows"]]


def witnesses(verdicts: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return by claim what the left side is at most and the right side at least, as enclosed."""
    found = {}
    for claim in verdicts["claims"]:
        for witness in claim["witnesses"]:
            if claim["id"] in WITNESSES and witness["kind"] == "enclosure":
                bounds = witness["bounds"]
                found[claim["id"]] = (bounds["left_at_most"], bounds["right_at_least"])
    return found


def _draw_form(axes: Axes, record: Mapping[str, Any], form: str) -> None:
    floor = record["tolerance"]
    wrong = np.array(violations(record, form))
    left = np.array([row["left"] for row in record["rows"]])
    right = np.array([row[form] for row in record["rows"]])
    ends = np.array([floor / 3, 1e3])
    axes.fill_between(ends, ends, ends[1], color=FAINT, alpha=0.4, linewidth=0)
    axes.plot(ends, ends, color=GREY, linewidth=0.8)
    axes.plot(left[~wrong], right[~wrong], linestyle="none", marker="o", markersize=1.8, markeredgewidth=0, color=BLUE)
    axes.plot(
        left[wrong], right[wrong], linestyle="none", marker="x", markersize=3, markeredgewidth=0.9, color=VERMILION
    )
    equal = np.array([(max(row["left"], floor), max(row[form], floor)) for row in record["equality"]])
    axes.plot(equal[:, 0], equal[:, 1], linestyle="none", marker="s", markersize=4, color=BLACK, fillstyle="none")
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal")
    axes.set_xticks([1e-8, 1e-4, 1])
    axes.set_yticks([1e-8, 1e-4, 1])
    axes.minorticks_off()
    axes.text(0.04, 0.95, "violated", transform=axes.transAxes, va="top", fontsize=6.5, color=GREY)
    axes.text(0.96, 0.05, "holds", transform=axes.transAxes, ha="right", fontsize=6.5, color=GREY)
    axes.set_xlabel("left side in nats")
    letter(axes, f"as {form}")
