"""Every figure: legible in a column, nothing clipped, no text on top of another, and always the same."""

import hashlib
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from figures.catalogue import FIGURES, caption_of
from figures.kinds import KINDS
from figures.style import DOTS_PER_INCH, FORMATS, LOSSES, MILLIMETRE, applied, new_figure, save, title_of
from tests.figures.pictures import clipped, overlapping, shown_texts

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "docs" / "figures"
TESTED = next(
    line.partition("==")[2]
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line.startswith("matplotlib==")
)
needs_tested_version = pytest.mark.skipif(
    mpl.__version__ != TESTED, reason=f"kept figures were drawn by matplotlib {TESTED}, this is {mpl.__version__}"
)
LEAST_SIZE = 6.5  # points
names = pytest.mark.parametrize("name", FIGURES)


@names
def test_no_text_is_clipped_and_no_two_overlap(drawn, name):
    texts, page = shown_texts(drawn(name))
    assert len(texts) > 10
    assert clipped(texts, page) == []
    assert overlapping(texts) == []


@names
def test_a_figure_is_one_column_wide_with_letters_that_can_be_read(drawn, name):
    figure = drawn(name)
    assert figure.get_figwidth() == pytest.approx(85 * MILLIMETRE)
    assert figure.get_figheight() < 160 * MILLIMETRE
    assert min(one.size for one in shown_texts(figure)[0]) >= LEAST_SIZE


@names
def test_the_title_states_a_finding_and_the_caption_says_how_to_reproduce_it(drawn, name):
    title = title_of(drawn(name))
    assert 30 < len(title) < 120
    caption = caption_of(name, title)
    assert caption.startswith(f"{title}.\n")
    for record in FIGURES[name].records:
        assert KINDS[record].command in caption
    assert caption.endswith(f"python -m figures.build {name}\n")


@needs_tested_version
@names
def test_kept_records_rebuild_the_kept_figures_exactly(drawn, saved, name):
    paths = saved(name)
    assert [path.suffix[1:] for path in paths] == list(FORMATS)
    for path in paths:
        kept = KEPT / path.name
        if path.suffix == ".png":
            np.testing.assert_array_equal(imread(path), imread(kept))
        else:
            assert path.read_bytes() == kept.read_bytes()
    assert (KEPT / f"{name}.txt").read_text(encoding="utf-8") == caption_of(name, title_of(drawn(name)))


def test_no_figure_is_kept_that_is_not_drawn():
    assert {path.stem for path in KEPT.iterdir()} <= {*FIGURES, "report"}


@names
def test_files_say_neither_when_nor_by_what_they_were_made(saved, name):
    for path in saved(name):
        content = path.read_bytes()
        assert not re.search(rb"CreationDate|ModDate|<dc:date>|Software", content)


def test_saving_again_gives_the_same_bytes(drawn, saved, tmp_path):
    first, second = saved("theorem7"), save(drawn("theorem7"), tmp_path / "again")
    for one, other in zip(first, second, strict=True):
        assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()
    height = imread(first[0]).shape[0]
    assert height == pytest.approx(drawn("theorem7").get_figheight() * DOTS_PER_INCH, abs=1)


def test_the_readers_own_settings_change_nothing(records):
    drawing = FIGURES["saddle"]
    chosen = {name: records[name] for name in drawing.records}
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        figure = drawing.draw(chosen)
        texts, _ = shown_texts(figure)
        assert mpl.rcParams["font.size"] == 20
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)
    assert max(one.size for one in texts) < 8


def test_losses_differ_in_colour_marker_and_dash():
    for key in ("color", "marker", "linestyle"):
        assert len({look[key] for look in LOSSES.values()}) == len(LOSSES)


def test_clipped_and_overlapping_texts_are_found():
    with applied():
        figure = new_figure("Finding", height=40)
        figure.text(0.5, 0.5, "here")
        figure.text(0.52, 0.5, "there")
        figure.text(0.95, 0.2, "beyond the edge")
        figure.text(0.3, 0.2, "upright", rotation=90)
    texts, page = shown_texts(figure)
    assert overlapping(texts) == [("here", "there")]
    assert clipped(texts, page) == ["beyond the edge"]
    upright = next(one for one in texts if one.text == "upright")
    assert upright.box.height > upright.box.width


def test_a_drawing_is_a_figure_without_global_state(drawn):
    assert isinstance(drawn("codes"), Figure)
    assert "matplotlib.pyplot" not in str(type(drawn("codes").canvas).__module__)
