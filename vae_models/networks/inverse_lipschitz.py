"""How inverse Lipschitz a trained map is, estimated from above, and the schedule that anneals the constant with it."""

import dataclasses
import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class UpperEstimate:
    """An estimate from above of the largest L with |f(z) - f(w)| >= L |z - w| for all z, w.

    More points can only lower it. So it refutes a larger constant, and proves none: what is guaranteed is in
    ``BrenierDecoder.inverse_lipschitz``.

    Attributes:
        upper: No L above this holds, apart from rounding.
        method: How it was found.
        count: Number of pairs, or of points.
    """

    upper: float
    method: str
    count: int


@torch.no_grad()
def from_pairs(inputs: Float[Tensor, "batch latent"], outputs: Float[Tensor, "images ..."]) -> UpperEstimate:
    """Return the least |f(z) - f(w)| / |z - w| over all pairs of a batch.

    Args:
        inputs: z.
        outputs: f(z), as training has them already.

    Raises:
        InvalidInputError: For different numbers of inputs and outputs, and if no two inputs are apart.

    Error:
        Pairs nearer to each other than sqrt(eps) times the largest norm among the inputs are left out, their ratio
        being rounding; the others are exact to a relative sqrt(eps) times max |f| / (L max |z|).

    Source:
        illidvae, section 5.3 ("estimated it by recycling inputs and outputs acquired during the training").
    """
    if len(inputs) != len(outputs):
        msg = f"outputs must be one for each input, got {len(outputs)} for {len(inputs)}"
        raise InvalidInputError(msg)
    # pdist takes differences, which keeps the digits of near pairs; cdist by products would lose them
    distances = torch.pdist(inputs)
    largest = inputs.norm(dim=1).max() if len(inputs) else 0.0
    apart = distances > math.sqrt(torch.finfo(inputs.dtype).eps) * largest
    if not bool(apart.any()):
        msg = f"inputs must hold two points that are apart, got {len(inputs)} points"
        raise InvalidInputError(msg)
    ratios = torch.pdist(outputs.flatten(1))[apart] / distances[apart]
    return UpperEstimate(upper=float(ratios.min()), method="least ratio of distances over pairs", count=len(ratios))


@torch.no_grad()
def from_jacobians(jacobians: Float[Tensor, "batch outputs latent"]) -> UpperEstimate:
    """Return the least singular value of the Jacobian of f over points, zero for fewer outputs than coordinates.

    For f the gradient of a convex function on all of R^l, its infimum over z is the best constant; for any other map
    it need not be reached, f may fold.

    Args:
        jacobians: At the points, from ``BrenierDecoder.jacobian`` in closed form or from ``jacobians_of``.
    """
    values = torch.linalg.svdvals(jacobians)
    least = float(values[:, -1].min()) if jacobians.shape[1] >= jacobians.shape[2] else 0.0
    return UpperEstimate(upper=least, method="least singular value over points", count=len(jacobians))


def jacobians_of(
    decoder: Callable[[Tensor], Tensor], points: Float[Tensor, "batch latent"], *, chunk: int | None = None
) -> Float[Tensor, "batch outputs latent"]:
    """Return the Jacobian of any decoder at each point, by forward-mode differentiation.

    Args:
        decoder: Takes z of shape (latent,); normalisation over the batch must be in evaluation mode.
        points: z.
        chunk: How many Jacobians are computed at a time, for memory; None for all.
    """
    found: Tensor = torch.func.vmap(torch.func.jacfwd(lambda z: decoder(z).flatten()), chunk_size=chunk)(points)
    return found


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class AnnealedStrength:
    """The schedule of L: start high, and relax the constraint whenever the map has come to its boundary.

    The current L is not kept here but in the decoder, whose state a checkpoint saves:

        if schedule.due(step):
            current = decoder.strengths[0]
            decoder.set_strength(schedule.relaxed(current, from_pairs(z, decoder.stages(z)[0])))

    Attributes:
        start: > 0; L at the beginning.
        factor: In (0, 1); by which L is multiplied.
        tolerance: >= 0; L is relaxed where the measured constant is at most (1 + tolerance) L.
        period: Steps between two measurements.

    Source:
        illidvae, section 5.3: measured on f1 only, factor 0.85, L1 = L2. Start, tolerance and period are not stated:
        5 is the largest constant of its tables.
    """

    start: float = 5.0
    factor: float = 0.85
    tolerance: float = 0.05
    period: int = 100

    def __post_init__(self) -> None:
        """Check the numbers."""
        require_in_range("start", self.start, least=0.0, strict=True)
        require_in_range("factor", self.factor, least=0.0, most=1.0, strict=True)
        if self.factor == 1:
            msg = f"factor must be below 1, got {self.factor}"
            raise InvalidInputError(msg)
        require_in_range("tolerance", self.tolerance, least=0.0)
        require_count("period", self.period)

    def due(self, step: int) -> bool:
        """Return whether the constant is measured after this many steps."""
        return step > 0 and step % self.period == 0

    def relaxed(self, current: float, measured: UpperEstimate) -> float:
        """Return the next L: the current one, times the factor where the map was measured at the boundary."""
        return self.factor * current if measured.upper <= (1 + self.tolerance) * current else current
