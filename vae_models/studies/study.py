"""What a study is: rows of a printed table, each a preset with options, each trained with several seeds."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from vae_models.records import Split, Target
from vae_models.studies.headings import Heading
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arm:
    """A preset with options; its cells differ only in their seed.

    Attributes:
        row: Row of the table. Arms of one row are candidates: the one with the largest validation MI is shown.
        preset: Name of the preset.
        fields: Options, as on the command line of train.
        targets: What is printed for the row.
        doubt: Why nothing that is printed for the row can be right; empty where it can.
    """

    row: str
    preset: str
    fields: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    doubt: str = ""

    @property
    def name(self) -> str:
        """The row and what was set, which together no two arms share."""
        return " ".join((self.row, *self.fields))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cap:
    """A bound that a printed value cannot exceed.

    Attributes:
        value: The bound, in the unit of the metric.
        reason: Why it holds.
    """

    value: float
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """A number of the table: the row, and the name of the measured number, which is the column."""

    row: str
    metric: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Effect:
    """What the paper says of two numbers of its table, so that a small twin can be asked whether it shows it.

    Attributes:
        said: In a few words.
        larger: The number that is said to be the larger one.
        smaller: The other one.
        where: Where the paper says or prints so.
    """

    said: str
    larger: Place
    smaller: Place
    where: str


def above(larger: str, smaller: str, metric: str, *, said: str, where: str) -> Effect:
    """Return the effect that one row of a column lies above another.

    Args:
        larger: The row with the larger number.
        smaller: The other row.
        metric: The column.
        said: See Effect.
        where: See Effect.
    """
    places = (Place(row=row, metric=metric) for row in (larger, smaller))
    return Effect(said=said, larger=next(places), smaller=next(places), where=where)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """A table of cells: every arm with every seed.

    Attributes:
        name: On the command line.
        summary: What it is, in at most 45 characters.
        arms: Rows of the table and, where a row is tuned, its candidates.
        metrics: Names of metrics of evaluate that are measured.
        columns: Names of measured numbers that the table shows.
        effects: What the paper says of these numbers.
        headings: Names of columns, where they are not the usual ones.
        notes: What the reader of the table must know beside.
        seeds: Of the cells of each arm.
        tuned_by: Number on the validation data by which the candidate of a row is chosen, the largest one.
        same_experiment: Whether data and size are those of the paper, so that numbers can agree; a small twin can
            only agree in the order of its rows.
        printed_caps: From the name of a number to what its printed value cannot exceed.
        estimators: From the name of a number that is estimated in several ways to how the description of the wanted
            estimator begins; the first one counts where nothing is said.
        split: What is measured.
        memory_gib: Memory of one cell.
        k: Importance weights.
        samples: Decoded draws.
        compared: Whether each cell is set beside the exact optimum too, whose bounds then are numbers of the table.
        in_plane: Whether each cell keeps its codes in the plane for a picture.
        second_stage: Name of the preset that is trained on the codes of each cell, whose draws get a Frechet distance
            as well; empty for none.
    """

    name: str
    summary: str
    arms: tuple[Arm, ...]
    metrics: tuple[str, ...]
    columns: tuple[str, ...]
    effects: tuple[Effect, ...] = ()
    headings: Mapping[str, Heading] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0, 1, 2)
    tuned_by: str = "mutual_information"
    same_experiment: bool = False
    printed_caps: Mapping[str, Cap] = dataclasses.field(default_factory=dict)
    estimators: Mapping[str, str] = dataclasses.field(default_factory=dict)
    split: Split = "test"
    memory_gib: float = 1.0
    k: int = 500
    samples: int = 2000
    compared: bool = False
    in_plane: bool = False
    second_stage: str = ""

    def __post_init__(self) -> None:
        """Refuse a study without cells, one in which two cells are the same, and an effect on what it does not show."""
        names = [arm.name for arm in self.arms]
        for what, values in (("arms", names), ("seeds", self.seeds)):
            if not values or len(set(values)) < len(values):
                msg = f"{what} of study {self.name} must be one or more, each once, got {values}"
                raise InvalidInputError(msg)
        rows = {arm.row for arm in self.arms}
        for place in (place for effect in self.effects for place in (effect.larger, effect.smaller)):
            if place.row not in rows or place.metric not in self.columns:
                msg = f"effects of study {self.name} must speak of its rows and columns, got {place}"
                raise InvalidInputError(msg)

    @property
    def tuned_rows(self) -> frozenset[str]:
        """Rows that several arms compete for."""
        rows = [arm.row for arm in self.arms]
        return frozenset(row for row in rows if rows.count(row) > 1)


def twin(study: Study, *, arms: tuple[Arm, ...], **changes: Any) -> Study:
    """Return the small twin of a study of a paper: the same table of other cells, with what else changes.

    Its numbers cannot agree with the printed ones, and its cells are small.
    """
    small = {"name": f"{study.name}-small", "same_experiment": False, "samples": 2000, "memory_gib": 1.0}
    return dataclasses.replace(study, arms=arms, **{**small, **changes})
