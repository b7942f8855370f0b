"""The squared error of E[x|z], as a part of a loss and for each entry of x."""

from jaxtyping import Float
from torch import Tensor

from vae_models.objectives.passes import Pass
from vae_models.objectives.weighted import Part
from variational.errors import InvalidInputError


class SquaredError(Part):
    """E |x - E[x|z]|^2, summed over the entries of x; squared units of the data."""

    name = "squared_error"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        return squared_residual(passed).flatten(1).sum(dim=1).mean()


def squared_residual(passed: Pass) -> Float[Tensor, "batch ..."]:
    """Return (x - E[x|z])^2.

    Raises:
        InvalidInputError: Where the likelihood has no mean of the shape of the data, as that of tokens.
    """
    mean = passed.model.likelihood.mean(passed.decoded)
    if mean.shape != passed.batch.data.shape:
        msg = f"likelihood must have a mean of the shape {tuple(passed.batch.data.shape)}, got {tuple(mean.shape)}"
        raise InvalidInputError(msg)
    return (passed.batch.data - mean).square()
