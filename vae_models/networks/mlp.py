"""Fully connected networks of any depth, width and activation, between arrays of any shape."""

import math
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.networks.checks import require_trailing
from vae_models.networks.layers import ACTIVATIONS, linear
from vae_models.validation import require_counts, require_one_of


class MLP(nn.Module):
    """A fully connected network, encoder trunk and decoder alike.

    It maps arrays of ``input_shape``, with any axes in front, to arrays of ``output_shape``; the first are flattened
    and the last unflattened, so that nothing is assumed of either.

    Args:
        input_shape: Shape of one input: ``data_shape`` for a trunk, ``(latent_dim,)`` for a decoder.
        output_shape: Shape of one output: ``likelihood.parameter_shape(data_shape)`` for a decoder.
        widths: Of the hidden layers; empty for an affine map.
        activation: After every hidden layer, a name in ``layers.ACTIVATIONS``.
        output_activation: After the last layer, "sigmoid" for means in [0, 1].
        generator: Of the initial weights, which follow torch's default law; None takes torch's global one.

    Raises:
        InvalidInputError: For an empty shape, sizes below 1 or an unknown name.
    """

    def __init__(
        self,
        input_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        *,
        widths: tuple[int, ...] = (512,),
        activation: str = "relu",
        output_activation: str = "identity",
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_counts("input_shape", input_shape)
        require_counts("output_shape", output_shape)
        require_counts("widths", widths, fewest=0)
        require_one_of("activation", activation, ACTIVATIONS)
        require_one_of("output_activation", output_activation, ACTIVATIONS)
        self.input_shape, self.output_shape = tuple(input_shape), tuple(output_shape)
        self.activation, self.output_activation = activation, output_activation
        sizes = (math.prod(input_shape), *widths, math.prod(output_shape))
        self.layers = nn.ModuleList(linear(before, after, generator=generator) for before, after in pairwise(sizes))

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Return the shape of one input, the name by which every trunk states it."""
        return self.input_shape

    @property
    def features(self) -> int:
        """Return the number of outputs."""
        return math.prod(self.output_shape)

    def forward(self, inputs: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Return the outputs, shape (..., *output_shape).

        Raises:
            InvalidInputError: For inputs of another shape than (..., *input_shape).
        """
        require_trailing("inputs", inputs, self.input_shape)
        front = inputs.shape[: inputs.ndim - len(self.input_shape)]
        hidden = inputs if len(self.input_shape) == 1 else inputs.reshape(*front, -1)
        *before, last = self.layers
        for layer in before:
            hidden = ACTIVATIONS[self.activation](layer(hidden))
        found: Tensor = ACTIVATIONS[self.output_activation](last(hidden))
        return found if len(self.output_shape) == 1 else found.reshape(*front, *self.output_shape)


def mlp_trunk(
    data_shape: tuple[int, ...],
    *,
    widths: tuple[int, ...] = (512,),
    activation: str = "relu",
    generator: torch.Generator | None = None,
) -> MLP:
    """Return the hidden layers of an encoder: the last of the ``widths`` is the number of features for the head.

    Raises:
        InvalidInputError: For no width at all, and as ``MLP`` does.
    """
    require_counts("widths", widths)
    *hidden, features = widths
    return MLP(
        data_shape,
        (features,),
        widths=tuple(hidden),
        activation=activation,
        output_activation=activation,
        generator=generator,
    )


class FlatTrunk(nn.Module):
    """The entries of x as features, for an encoder that is its head alone.

    Args:
        data_shape: Shape of one x.
    """

    def __init__(self, data_shape: tuple[int, ...]) -> None:
        """Keep the shape."""
        super().__init__()
        require_counts("data_shape", data_shape)
        self.data_shape, self.features = tuple(data_shape), math.prod(data_shape)

    def forward(self, data: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """Return x as vectors."""
        return data.flatten(1)
