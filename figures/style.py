"""How every figure looks and is saved: width, fonts, a colour, marker and dash for each loss, files without a date."""

import contextlib
import functools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

Records = Mapping[str, Mapping[str, Any]]
Draw = Callable[[Records], Figure]
Look = Mapping[str, Any]  # options of an artist

MILLIMETRE = 1 / 25.4  # inches
WIDTH = 85 * MILLIMETRE  # of one column of print
TITLE_CHARACTERS = 49  # that fit a line of the title
FORMATS = ("png", "svg", "pdf")
DOTS_PER_INCH = 300
PLACES = 5  # decimals of a place on the page, in widths and heights of it

# Okabe and Ito (2008): eight colours that readers with any common colour blindness tell apart.
BLACK, ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = (
    "#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7",
)  # fmt: skip
GREY, FAINT = "#6b6b6b", "#c9c9c9"
SEQUENTIAL, DIVERGING = "cividis", "PuOr"  # both keep their order for colour-blind readers and in grey

SEAMLESS: Look = {"edgecolors": "face", "linewidth": 0.2}  # of cells, between which viewers would show a gap

LABELS = {"ncvae": "NC-VAE", "beta-vae": "β-VAE", "infovae": "InfoVAE", "aae": "AAE"}
# One look for each loss; marker and dash repeat what the colour says.
LOSSES: Mapping[str, Look] = {
    "ncvae": {"color": BLUE, "marker": "o", "linestyle": "-"},
    "beta-vae": {"color": VERMILION, "marker": "s", "linestyle": "--"},
    "infovae": {"color": GREEN, "marker": "^", "linestyle": "-."},
    "aae": {"color": PURPLE, "marker": "D", "linestyle": ":"},
}

RC: Mapping[Any, Any] = {
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "axes.labelpad": 2,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 4,
    "axes.titlesize": 7,
    "figure.dpi": 150,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that it is the same everywhere
    "font.size": 7,
    "hatch.linewidth": 0.6,
    "legend.borderaxespad": 0.3,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "savefig.dpi": DOTS_PER_INCH,
    "svg.fonttype": "path",  # looks the same without the font
    "svg.hashsalt": "vaeproof",  # the names of clips and markers no longer depend on the process
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
}
# What would tell when and by which version a file was written.
METADATA: Mapping[str, Mapping[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@contextlib.contextmanager
def applied() -> Iterator[None]:
    """Use this style inside and nothing of the reader's own matplotlib settings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def styled(draw: Draw) -> Draw:
    """Return the drawing function with the style applied while it draws, and every part put in its place once for all.

    Otherwise each saving would arrange the parts anew, from where the last one left them.
    """

    @functools.wraps(draw)
    def drawn(records: Records) -> Figure:
        with applied():
            figure = draw(records)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
            _settle(figure)
            return figure

    return drawn


def _settle(figure: Figure) -> None:
    """Round every place: runs of the solver of the layout differ in the last bits, which names in files depend on."""
    for part in figure.subfigs:
        part.bbox_relative.set_points(np.round(part.bbox_relative.get_points(), PLACES))
    for axes in figure.axes:
        axes.set_position(Bbox(np.round(axes.get_position(original=True).get_points(), PLACES)))


def new_figure(title: str, *, height: float) -> Figure:
    """Return an empty figure as wide as a column.

    Args:
        title: The finding; broken into lines here.
        height: In millimetres.
    """
    figure = Figure(figsize=(WIDTH, height * MILLIMETRE), layout="constrained")
    lines = textwrap.fill(title, TITLE_CHARACTERS)
    figure.suptitle(lines, x=0.01, ha="left", fontsize=7.5, fontweight="bold", linespacing=1.25)
    return figure


def title_of(figure: Figure) -> str:
    """Return the finding on one line."""
    return " ".join(figure.get_suptitle().split())


def save(figure: Figure, stem: Path) -> tuple[Path, ...]:
    """Write the figure as stem.png, stem.svg and stem.pdf; the same figure gives the same bytes."""
    paths = []
    with applied():
        for name in FORMATS:
            path = stem.with_suffix(f".{name}")
            figure.savefig(path, format=name, metadata=dict(METADATA[name]))
            paths.append(path)
    return tuple(paths)


def colour_bar(figure: Figure, norm: Normalize, colours: str, axes: Any, label: str, **options: Any) -> None:
    """Add a thin colour bar beside axes."""
    shown = mpl.cm.ScalarMappable(norm=norm, cmap=colours)
    bar = figure.colorbar(shown, ax=axes, **options)
    bar.outline.set_linewidth(0.4)
    bar.set_label(label)


def letter(axes: Axes, text: str) -> None:
    """Put a short heading above axes."""
    axes.set_title(text)
