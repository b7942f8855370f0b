"""Training with an annealed inverse-Lipschitz constant: L starts high and is relaxed with its measure.

Source: illidvae, section 5.3; the rule is ``AnnealedStrength``.
"""

import torch
from torch import Tensor, nn

from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.flows import before_flow
from vae_models.networks.inverse_lipschitz import AnnealedStrength, from_pairs
from vae_models.networks.lidsvae import InverseLipschitzLSTMDecoder
from vae_models.objective import Batch, Objective, Opposed, Scheduled, Terms
from variational.errors import InvalidInputError


class AnnealedInverseLipschitz(nn.Module):
    """Any objective of a model with a Brenier decoder, whose constant L (L1 = L2 = L) is annealed between steps.

    A flow may follow the decoder, and an LSTM bring its other inputs. Two parts are added, which do not enter the loss:
    ``strength``, the L of the step, and ``measured_inverse_lipschitz``, the last estimate from above of the constant of
    f1, taken every ``schedule.period`` steps from draws of q(z|x) for the batch of that step.

    Args:
        objective: Of the model.
        schedule: Its ``start`` is set before the first step.
    """

    measured: Tensor

    def __init__(self, objective: Objective, *, schedule: AnnealedStrength | None = None) -> None:
        """Keep the parts; a measure is there from the first step on."""
        super().__init__()
        self.objective = objective
        self.schedule = AnnealedStrength() if schedule is None else schedule
        self.register_buffer("measured", torch.zeros(()))

    def require_settled(self, *, total_steps: int) -> None:
        """Refuse a run of ``total_steps`` at whose end some weight of the objective still moves; L may."""
        if isinstance(self.objective, Scheduled):
            self.objective.require_settled(total_steps=total_steps)

    def adversary_parameters(self) -> list[nn.Parameter]:
        """Return what the objective trains against the model."""
        return self.objective.adversary_parameters() if isinstance(self.objective, Opposed) else []

    def due(self, step: int) -> bool:
        """Return whether L is set or measured before this step."""
        return step == 0 or self.schedule.due(step)

    @torch.no_grad()
    def prepare(self, model: Model, batch: Batch) -> None:
        """Measure f1 at draws of q(z|x), all classes or places together, and relax L where f1 has come to it."""
        decoder = _brenier(model)
        if batch.step == 0:
            decoder.set_strength(self.schedule.start)
        with evaluating(model):
            points = model.encoder(batch.data).sample(generator=batch.generator)
            if isinstance(model.decoder, InverseLipschitzLSTMDecoder):
                points = model.decoder.map_inputs(points, batch.data)
            points = points.reshape(-1, decoder.latent_dim)
            found = from_pairs(points, decoder.stages(points)[0])
        self.measured.fill_(found.upper)
        if batch.step > 0:
            decoder.set_strength(self.schedule.relaxed(decoder.strengths[0], found))

    def forward(self, model: Model, batch: Batch) -> Terms:
        """Return the loss of the model on a batch, with the parts about L."""
        terms = self.objective(model, batch)
        strength = _brenier(model).inner.strength.clone()  # the next change is in place
        return Terms(
            loss=terms.loss,
            parts={**terms.parts, "strength": strength, "measured_inverse_lipschitz": self.measured.clone()},
        )


def innermost(objective: object) -> object:
    """Return the loss itself where its L is annealed, and any other objective as it is."""
    return objective.objective if isinstance(objective, AnnealedInverseLipschitz) else objective


def _brenier(model: Model) -> BrenierDecoder:
    decoder = before_flow(model.decoder)
    if isinstance(decoder, InverseLipschitzLSTMDecoder):
        decoder = decoder.head
    if not isinstance(decoder, BrenierDecoder):
        msg = f"decoder must be a BrenierDecoder for L to be annealed, got {type(decoder).__name__}"
        raise InvalidInputError(msg)
    return decoder
