"""The inverse Lipschitz constant of a decoder where it is annealed."""

import dataclasses
from typing import ClassVar

from vae_models.settings.checks import require, require_not_negative, require_positive


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnnealedStrengthConfig:
    """An inverse Lipschitz constant L that begins high and is relaxed whenever the map has come to it.

    Attributes:
        start: L before the first step.
        factor: By which L is multiplied, below 1.
        tolerance: L is relaxed where the measured constant is at most (1 + tolerance) L.
        period: Steps between two measurements.
    """

    kind: ClassVar[str] = "annealed"

    start: float = 5.0
    factor: float = 0.85
    tolerance: float = 0.05
    period: int = 100

    def __post_init__(self) -> None:
        """Refuse a start, a factor and a period that are not above zero, and a factor that is no decrease."""
        require_positive(self, "start", "factor", "period")
        require(self.factor < 1, "factor", self.factor, "below 1")
        require_not_negative(self, "tolerance")
