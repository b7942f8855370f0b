"""What an evaluation decides: go on, halve the learning rate and load the best weights again, or stop."""

import dataclasses
import enum
import math

from vae_models.config import PlateauConfig


class Action(enum.Enum):
    """What to do after an evaluation; the value is the sentence shown to the reader."""

    IMPROVED = "the validation loss is the best so far"
    GO_ON = "the validation loss did not improve"
    HALVE = "no improvement for long: learning rate halved, best weights loaded again"
    STOP = "no improvement for long: stopped"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plateau:
    """What is remembered between evaluations.

    Attributes:
        best_loss: The lowest validation loss; nats per example.
        best_step: Number of steps taken when it was measured.
        waited: Evaluations without improvement since it, or since the last halving.
        stale: Evaluations without improvement since it.
        halvings: Times the learning rate was halved.
    """

    best_loss: float | None = None
    best_step: int | None = None
    waited: int = 0
    stale: int = 0
    halvings: int = 0

    def after(self, loss: float, *, step: int, epoch: float, config: PlateauConfig) -> tuple["Plateau", Action]:
        """Return what to remember and what to do after an evaluation.

        Args:
            loss: Measured; one that is not finite is no improvement.
            step: Steps taken.
            epoch: Epochs they make.
            config: The rules.
        """
        threshold = math.inf if self.best_loss is None else self.best_loss - config.min_improvement
        if loss < threshold:  # false for nan
            return dataclasses.replace(self, best_loss=loss, best_step=step, waited=0, stale=0), Action.IMPROVED
        if epoch < config.halve_from_epoch:
            return self, Action.GO_ON
        later = dataclasses.replace(self, waited=self.waited + 1, stale=self.stale + 1)
        if config.stop_after is not None and later.stale >= config.stop_after:
            return later, Action.STOP
        if config.halve_after is None or later.waited < config.halve_after:
            return later, Action.GO_ON
        if self.halvings >= config.max_halvings:
            return later, Action.STOP
        return dataclasses.replace(later, waited=0, halvings=self.halvings + 1), Action.HALVE
