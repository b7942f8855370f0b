"""The optimisers of the papers, fused where torch has a fused form."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from vae_models.config import OptimiserConfig, RunConfig
from vae_models.objective import Objective, Opposed
from vae_models.processor_adam import ProcessorAdam
from variational.errors import InvalidInputError


def make_optimiser(
    parameters: Iterable[torch.nn.Parameter],
    config: OptimiserConfig,
    *,
    adversary: Iterable[torch.nn.Parameter] = (),
    capturable: bool = False,
) -> Optimizer:
    """Return the optimiser of a configuration.

    Args:
        parameters: What it changes.
        config: Which one and how.
        adversary: What it changes with the settings for an adversary; the second group of the optimiser, if any.
        capturable: Keep the step count on the GPU, as a recorded step needs it.
    """
    epsilon = 1e-8 if config.epsilon is None else config.epsilon
    rate, decay = config.learning_rate, config.weight_decay
    tensors: list[dict[str, Any]] = [{"params": list(parameters)}]
    against = list(adversary)
    if against:
        settings: dict[str, Any] = {"lr": config.adversary_rate or rate}
        if config.optimiser in {"adam", "adamw"}:
            settings["betas"] = config.adversary_betas or config.betas
        tensors.append({"params": against, **settings})
    match config.optimiser:
        case "adam":
            if all(weight.is_cpu for group in tensors for weight in group["params"]):
                return ProcessorAdam(tensors, rate, config.betas, epsilon, decay)
            return torch.optim.Adam(tensors, rate, config.betas, epsilon, decay, fused=True, capturable=capturable)
        case "adamw":
            return torch.optim.AdamW(tensors, rate, config.betas, epsilon, decay, fused=True, capturable=capturable)
        case "sgd":
            return torch.optim.SGD(tensors, rate, config.momentum, weight_decay=decay, fused=True)
        case "rmsprop":
            return torch.optim.RMSprop(
                tensors,
                rate,
                eps=epsilon,
                weight_decay=decay,
                momentum=config.momentum,
                capturable=capturable,
                foreach=True,  # which torch chooses by itself on a GPU only
            )


def bare_step(optimiser: Optimizer) -> Callable[[], None]:
    """Return the step of an optimiser without what torch wraps around it for its profiler, for hooks and for closures.

    The wrappers take a few hundred microseconds where the step before has emptied the processor's caches, as much as
    4% of a small network's step.
    """
    step = inspect.unwrap(type(optimiser).step)

    @torch.no_grad()
    def take() -> None:
        step(optimiser)

    return take


def adversary_of(objective: Objective, config: RunConfig) -> list[nn.Parameter]:
    """Return what is trained against the model, and refuse settings for an adversary where there is none."""
    found = objective.adversary_parameters() if isinstance(objective, Opposed) else []
    plain, settings = OptimiserConfig(), config.optimiser
    for name in ("adversary_rate", "adversary_betas", "adversary_updates"):
        value = getattr(settings, name)
        if not found and value != getattr(plain, name):
            msg = f"{name} must be left out where nothing is trained against the model, got {value!r}"
            raise InvalidInputError(msg)
    return [weight for weight in found if weight.requires_grad]
