"""AR-ELBO: the variance of a Gaussian likelihood profiled out (MLE), for four parameterisations of it.

Source: Takida et al. (2022), AR-ELBO, equation (10) and Table 2; section 4.2 for deterministic encodings.
"""

import math
from typing import Literal, get_args

from jaxtyping import Float
from torch import Tensor

from vae_models.likelihoods.variance import FLOOR
from vae_models.objectives.elbo import Divergence, Reconstruction
from vae_models.objectives.passes import Pass
from vae_models.objectives.squared_error import SquaredError, squared_residual
from vae_models.objectives.weighted import Part, Weighted, WeightedSum
from vae_models.validation import require_in_range, require_one_of

Parameterisation = Literal["Iso-I", "Iso-D", "Diag-I", "Diag-D"]
LOG_TAU_E = math.log(2 * math.pi) + 1


def profiled_variance(
    squared_error: Float[Tensor, "batch ..."], *, parameterisation: Parameterisation, floor: float
) -> Float[Tensor, "..."]:
    """Return the variance that minimises the mean negative log-likelihood of a batch.

    Args:
        squared_error: (x - E[x|z])^2.
        parameterisation: Iso-I: a scalar. Diag-I: the shape of one x. Iso-D: one for each x of the batch, followed by
            axes of length one. Diag-D: the shape of the batch.
        floor: >= 0; added to the sum of squares of x for Iso-D and before the logarithm otherwise, as in Table 2.

    Source:
        Takida et al. (2022), Table 2.
    """
    require_one_of("parameterisation", parameterisation, get_args(Parameterisation))
    require_in_range("floor", floor, least=0.0)
    if parameterisation == "Iso-I":
        # Table 2 floors |x - mu|^2, the sum over the entries of one x; so does this, in units of one entry
        return squared_error.mean() + floor / squared_error[0].numel()
    if parameterisation == "Diag-I":
        return squared_error.mean(dim=0) + floor
    if parameterisation == "Iso-D":
        axes = tuple(range(1, squared_error.dim()))
        return (squared_error.sum(dim=axes, keepdim=True) + floor) / squared_error[0].numel()
    return squared_error + floor


class ProfiledReconstruction(Part):
    """The least -E log p(x|z) over the variance of a Gaussian likelihood, in a batch and with one draw of z; nats.

    It differs from J_rec of Table 2 by a constant, so that values compare with those of other likelihoods. The floor
    does not enter the residual: with it the value is that at the floored variance up to its order. Only E[x|z] of
    the likelihood of the model is used.

    Args:
        parameterisation: Which entries of the variance are equal.
        floor: >= 0; added before the logarithm; zero for Iso-I and 1e-6 otherwise if left out.
    """

    name = "reconstruction"

    def __init__(self, *, parameterisation: Parameterisation, floor: float | None = None) -> None:
        """Keep the options."""
        super().__init__()
        require_one_of("parameterisation", parameterisation, get_args(Parameterisation))
        self.parameterisation: Parameterisation = parameterisation
        self.floor = (0.0 if parameterisation == "Iso-I" else FLOOR) if floor is None else floor
        require_in_range("floor", self.floor, least=0.0)

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        squared_error = squared_residual(passed)
        variance = profiled_variance(squared_error, parameterisation=self.parameterisation, floor=self.floor)
        return squared_error[0].numel() * (variance.log().mean() + LOG_TAU_E) / 2


def ar_elbo(*, parameterisation: Parameterisation, floor: float | None = None) -> WeightedSum:
    """Return the profiled reconstruction + KL, with the squared error reported.

    The trainable counterparts are :func:`vae_models.objectives.elbo.elbo` with a Gaussian likelihood and
    ``TrainedVariance`` (Iso-I, Diag-I) or ``DecodedVariance`` (Iso-D, Diag-D).
    """
    return WeightedSum(
        [
            Weighted(part=ProfiledReconstruction(parameterisation=parameterisation, floor=floor)),
            Weighted(part=Divergence()),
            Weighted(part=SquaredError(), weight=0.0),
        ]
    )


class HalfSquaredNorm(Part):
    """E |mean of q(z|x)|^2 / 2, the part of KL(q || N(0, I)) that does not depend on the variance of q; nats."""

    name = "half_squared_norm"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        return passed.posterior.mean.square().sum(dim=1).mean() / 2


def deterministic_elbo() -> WeightedSum:
    """Return reconstruction + E|mean|^2/2: the ELBO at zero variance of z without its infinite constant.

    Source:
        Takida et al. (2022), section 4.2 (deterministic encoding).
    """
    return WeightedSum([Weighted(part=Reconstruction()), Weighted(part=HalfSquaredNorm())], code="mean")
