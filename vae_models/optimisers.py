"""The optimisers of the papers, fused where torch has a fused form."""

from collections.abc import Iterable

import torch
from torch.optim import Optimizer

from vae_models.config import OptimiserConfig


def make_optimiser(
    parameters: Iterable[torch.nn.Parameter], config: OptimiserConfig, *, capturable: bool = False
) -> Optimizer:
    """Return the optimiser of a configuration.

    Args:
        parameters: What it changes.
        config: Which one and how.
        capturable: Keep the step count on the GPU, as a recorded step needs it.
    """
    epsilon = 1e-8 if config.epsilon is None else config.epsilon
    rate, decay, tensors = config.learning_rate, config.weight_decay, list(parameters)
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
