"""What tests ask of a drawn figure: every text with its place on the page, and the data of its lines."""

import dataclasses
import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.transforms import Affine2D, Bbox

from figures.style import applied

TOUCH = 1.0  # pixels by which boxes of neighbouring texts may overlap: ascenders leave room above most letters


@dataclasses.dataclass(frozen=True)
class Shown:
    """One line of text as it was drawn, in pixels."""

    text: str
    box: Bbox
    size: float


class Recording(RendererAgg):
    """A renderer that remembers the texts it drew, so that texts that are hidden or outside the axes do not count."""

    def __init__(self, *args):
        super().__init__(*args)
        self.shown = []

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
        # x and y are the left end of the baseline, with y downwards
        corners = Bbox([[0, -descent], [width, height - descent]]).corners()
        turned = Affine2D().rotate_deg(angle).translate(x, self.height - y).transform(corners)
        box = Bbox([turned.min(axis=0), turned.max(axis=0)])
        self.shown.append(Shown(text=s, box=box, size=prop.get_size_in_points()))
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)


def shown_texts(figure):
    """Return every line of text that the figure draws, and the box of the page."""
    with applied():
        canvas = FigureCanvasAgg(figure)
        width, height = canvas.get_width_height()
        renderer = Recording(width, height, figure.dpi)
        figure.draw(renderer)
    return [one for one in renderer.shown if one.text.strip()], Bbox([[0, 0], [width, height]])


def clipped(texts, page):
    """Return the texts that reach beyond the page."""
    return [
        one.text
        for one in texts
        if not (page.padded(1).contains(*one.box.min) and page.padded(1).contains(*one.box.max))
    ]


def overlapping(texts):
    """Return the pairs of texts whose boxes overlap."""
    return [
        (one.text, other.text)
        for one, other in itertools.combinations(texts, 2)
        if Bbox.intersection(one.box.padded(-TOUCH / 2), other.box.padded(-TOUCH / 2)) is not None
    ]


def lines_of(axes):
    """Return the data of every line of axes, as arrays of shape (points, 2)."""
    return [np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float) for line in axes.get_lines()]


def has_line(axes, x, y):
    """Tell whether some line of axes runs through exactly these points."""
    wanted = np.column_stack([x, y]).astype(float)
    return any(line.shape == wanted.shape and np.array_equal(line, wanted, equal_nan=True) for line in lines_of(axes))
