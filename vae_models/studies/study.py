"""What a study is: rows of a printed table, each a preset with options, each trained with several seeds."""

import dataclasses
from collections.abc import Mapping

from vae_models.records import Split, Target
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arm:
    """A preset with options; its cells differ only in their seed.

    Attributes:
        row: Row of the table. Arms of one row are candidates: the one with the largest validation MI is shown.
        preset: Name of the preset.
        fields: Options, as on the command line of train.
        targets: What is printed for the row.
    """

    row: str
    preset: str
    fields: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()

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
class Study:
    """A table of cells: every arm with every seed.

    Attributes:
        name: On the command line.
        summary: What it is, in at most 45 characters.
        arms: Rows of the table and, where a row is tuned, its candidates.
        metrics: Names of metrics of evaluate that are measured.
        columns: Names of measured numbers that the table shows.
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
    """

    name: str
    summary: str
    arms: tuple[Arm, ...]
    metrics: tuple[str, ...]
    columns: tuple[str, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    tuned_by: str = "mutual_information"
    same_experiment: bool = False
    printed_caps: Mapping[str, Cap] = dataclasses.field(default_factory=dict)
    estimators: Mapping[str, str] = dataclasses.field(default_factory=dict)
    split: Split = "test"
    memory_gib: float = 1.0
    k: int = 500
    samples: int = 2000

    def __post_init__(self) -> None:
        """Refuse a study without cells, and one in which two cells are the same."""
        names = [arm.name for arm in self.arms]
        for what, values in (("arms", names), ("seeds", self.seeds)):
            if not values or len(set(values)) < len(values):
                msg = f"{what} of study {self.name} must be one or more, each once, got {values}"
                raise InvalidInputError(msg)

    @property
    def tuned_rows(self) -> frozenset[str]:
        """Rows that several arms compete for."""
        rows = [arm.row for arm in self.arms]
        return frozenset(row for row in rows if rows.count(row) > 1)
