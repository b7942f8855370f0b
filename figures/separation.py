"""Figure 8, NC-VAE Figure 2: codes of trained encoders in the plane over the circles of the exact optimum."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from figures.studies import number_of, plane_of, values_of
from figures.style import BLACK, BLUE, LABELS, VERMILION, Look, Records, letter, new_figure, styled

PLANES, STUDY = "ncvae-figure2-planes", "ncvae-figure2-small"
RECORDS = (PLANES, STUDY)
CAPTION = """\
NC-VAE, Figure 2, which prints no number: draws of q(z|x) for 150 points of data (dots) and 150 of noise (crosses),
N(0, I) and N(1, I) in 100 dimensions, from trained encoders; beta = 2, for NC-VAE delta = 1 and K = 5; the run of the
first of three seeds. Lines: circles that hold 50 and 90 % of the codes of data (solid) and of noise (dashed) under
the exact optimum over all encoders and decoders, which the solver gives as q*(r|t), r = |z|, t = log p_n/p_d. Beta-VAE
has one optimal code, the prior. Below: area under the ROC curve (AUC) of a quadratic discriminant of the draws, mean
over three seeds, beside that of the optimum; then the upper bound of how far each of the three encoders is above the
optimum, and the largest standard error of these bounds. Both laws have their codes around one point, so that not
their means but their spreads differ."""

PANELS: Mapping[str, tuple[str, float]] = {  # arm of the study: label, half the side of the panel in units of z
    "beta-VAE": (LABELS["beta-vae"], 4.2),
    "NC-VAE": (LABELS["ncvae"], 17.0),
}
DATA: Look = {"color": BLUE, "marker": "o", "markeredgewidth": 0}
NOISE: Look = {"color": VERMILION, "marker": "x", "markeredgewidth": 0.5}
LINE: Look = {"color": BLACK, "linewidth": 0.9}
CIRCLES: Mapping[str, tuple[str, Look]] = {
    "data_radii": ("optimum, data", {**LINE, "linestyle": "-"}),
    "noise_radii": ("optimum, noise", {**LINE, "linestyle": "--"}),
}
AUC = "separation_auc_fraction"
NEAR = 0.05  # of two AUC that the title calls alike


@styled
def draw(records: Records) -> Figure:
    """Return the codes of β-VAE beside those of NC-VAE."""
    figure = new_figure(finding(records), height=74)
    panels = figure.subplots(1, len(PANELS))
    for axes, (arm, (label, reach)) in zip(panels, PANELS.items(), strict=True):
        _draw_codes(axes, plane_of(records, PLANES, STUDY, arm), reach)
        letter(axes, label)
        axes.set_xlabel(below(records, arm))
    circles = [Line2D([], [], label=words, **look) for words, look in CIRCLES.values()]
    figure.legend(
        handles=[*panels[0].get_legend_handles_labels()[0], *circles],
        loc="outside lower center",
        ncols=4,
        handlelength=1.6,
        columnspacing=1.2,
    )
    return figure


def separations(records: Records, arm: str) -> tuple[float, float]:
    """Return the AUC of an arm, the mean over its seeds, and that of the exact optimum."""
    ours = number_of(records, STUDY, arm, AUC).value
    return ours, plane_of(records, PLANES, STUDY, arm)["optimum"][AUC]


def finding(records: Records) -> str:
    """Return how well codes tell noise from data, and whether that is as at the optimum."""
    found = {label: separations(records, arm) for arm, (label, _) in tuple(PANELS.items())[::-1]}
    how = "as" if all(abs(ours - optimal) <= NEAR for ours, optimal in found.values()) else "not as"
    said = ", ".join(f"{ours:.2f} of {optimal:.2f} ({label})" for label, (ours, optimal) in found.items())
    return f"Trained codes tell noise from data {how} the exact optimum does: AUC {said}"


def below(records: Records, arm: str) -> str:
    """Return what stands below a panel: both AUC, and the upper bound of the distance to the optimum of each seed."""
    gaps = values_of(records[STUDY], arm, "encoder_gap_upper")
    # adding zero takes the sign from what is rounded to it
    most = ", ".join(f"{round(gap['value'], 3) + 0.0:.3f}" for gap in gaps)
    error = max(gap["error"] or 0.0 for gap in gaps)
    ours, optimal = separations(records, arm)
    return f"AUC {ours:.2f}, optimum {optimal:.2f}\nnats above the optimum:\n{most}\n(± {error:.3f})"


def _draw_codes(axes: Axes, plane: Mapping[str, Any], reach: float) -> None:
    for name, words, look in (("codes", "data", DATA), ("noise_codes", "noise", NOISE)):
        x, y = zip(*plane[name], strict=True)
        axes.plot(x, y, linestyle="none", markersize=2, alpha=0.7, label=words, **look)
    for name, (_, look) in CIRCLES.items():
        for radius in plane["optimum"][name]:
            axes.add_patch(Circle((0, 0), radius, fill=False, zorder=3, **look))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
