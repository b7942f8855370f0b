"""Whether the steps of an engine are plain: one loss of one batch, one update of all weights, nothing in between."""

from typing import TYPE_CHECKING

from vae_models.config import RunConfig
from vae_models.objective import Preparing
from variational.errors import InvalidInputError

if TYPE_CHECKING:  # the engine asks, too
    from vae_models.engine import Engine


def why_not_plain(engine: "Engine") -> str | None:
    """Return why a step cannot stand for all steps of an engine, in a few words, or None.

    Args:
        engine: Before any step or after some.
    """
    config = engine.config
    rules = {
        "several processes train it": engine.world.size > 1,
        "its encoder may lag behind": config.lagging.encoder_updates is not None,
        "a network is trained against the model": bool(engine.adversary),
        "its objective changes the model between steps": isinstance(engine.objective, Preparing),
        "its batches differ in shape": engine.order.groups is not None,
        f"its precision is {config.precision}": config.precision not in {"float32", "float64"},
        "it is compiled": config.machine.compile or config.machine.cuda_graphs,
    }
    return next((reason for reason, holds in rules.items() if holds), None)


def require_one_update(config: RunConfig, why: str) -> None:
    """Refuse steps that update several times."""
    if config.optimiser.adversary_updates > 1:
        msg = f"adversary_updates must be 1 with {why}, got {config.optimiser.adversary_updates}"
        raise InvalidInputError(msg)
    if config.lagging.encoder_updates is not None:
        msg = f"encoder_updates must be None with {why}, got {config.lagging.encoder_updates}"
        raise InvalidInputError(msg)
