"""The optimisers of the papers, fused where torch has a fused form."""

from collections.abc import Iterable
from typing import Any

import torch
from torch.optim import Optimizer

from vae_models.config import OptimiserConfig


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
            return torch.optim.Adam(tensors, rate, config.betas, epsilon, decay, fused=True, capturable=capturable)
        case "adamw":
            return torch.optim.AdamW(tensors, rate, config.betas, epsilon, decay, fused=True, capturable=capturable)
        case "sgd":
            return torch.optim.SGD(tensors, rate, config.momentum, weight_decay=decay, fused=True)
        case "rmsprop":
            return torch.optim.RMSprop(
                tensors, rate, eps=epsilon, weight_decay=decay, momentum=config.momentum, capturable=capturable
            )
