"""The steps of an engine in lagging inference: the encoder alone until it stops gaining, then the rest alone.

Source: He et al. (2019), algorithm 1; the rules are those of ``lagging``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vae_models.data.dataset import Part
from vae_models.flow_posterior import FlowEncoder, in_base_coordinates
from vae_models.lagging import Aggression, EncoderLoop
from vae_models.metrics.codes import encode
from vae_models.metrics.information import in_batch_information
from vae_models.metrics.mixture import draw_mixture, infer_mixture
from vae_models.metrics.mixture_information import mixture_in_batch_information
from vae_models.networks.mixture import MixtureEncoder
from vae_models.seeds import derived_seed

if TYPE_CHECKING:  # the engine holds this, and this the engine
    from vae_models.engine import Engine


class AggressiveSteps:
    """What an engine does beside its ordinary steps while the encoder lags behind.

    Args:
        engine: Whose model is trained; its configuration says how.
        most_updates: >= 1; of the encoder before each step of the rest.

    Attributes:
        aggression: What the mutual information has shown.
        rest: What a step changes meanwhile: all but the encoder.
    """

    def __init__(self, engine: "Engine", *, most_updates: int) -> None:
        """Divide the parameters."""
        settings = engine.config.lagging
        self._engine, self._loop = engine, EncoderLoop(most_updates=most_updates, block=settings.block)
        self.aggression = Aggression(patience=settings.patience)
        of_encoder = {id(weight) for weight in engine.model.encoder.parameters()}
        self._encoder = [weight for weight in engine.parameters if id(weight) in of_encoder]
        self.rest = [weight for weight in engine.parameters if id(weight) not in of_encoder]

    def goes_on(self) -> bool:
        """Return whether the encoder still lags behind."""
        return self.aggression.active

    def train_encoder(self) -> int:
        """Update the encoder, first from the batch of the next step and then from random ones; return how often."""
        engine = self._engine
        index: Tensor | None = engine.next_index()

        def update() -> float:
            nonlocal index
            terms = engine.loss_of(engine.random_index() if index is None else index)
            engine.update(terms.loss, only=self._encoder)
            index = None
            return terms.loss.item()

        return self._loop.run(update)

    @torch.no_grad()
    def after_epoch(self, validation: Part) -> float:
        """Return the mutual information of validation data, nats, after which this may have ended for good.

        It is that of batches as large as in training, with the entropy in closed form, as in the public code, or
        sampled, where there are classes; the batches and the draws are the same each time.
        """
        engine, count = self._engine, len(validation)
        seed = derived_seed(engine.config.seed, "lagging")
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
        with torch.random.fork_rng(devices=[]):  # of data that are drawn
            data = validation.take(order.to(validation.examples.device), dtype=engine.dtype).to(engine.device)
        draws = torch.Generator(engine.device).manual_seed(seed)
        size = engine.config.batch_size
        if isinstance(engine.model.encoder, MixtureEncoder):
            mixture = draw_mixture(infer_mixture(engine.model, data, batch_size=size), generator=draws)
            found = mixture_in_batch_information(mixture, batch_size=min(size, count), split="validation")
        else:
            moved = isinstance(engine.model.encoder, FlowEncoder)
            model = in_base_coordinates(engine.model) if moved else engine.model  # I(X;Z) is the same
            codes = encode(model, data, batch_size=size, generator=draws)
            found = in_batch_information(codes, batch_size=min(size, count), split="validation", entropy="analytic")
        self.aggression = self.aggression.after_epoch(found.value)
        return found.value

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint must hold."""
        return {"best": self.aggression.best, "failures": self.aggression.failures}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take over what ``state`` returned."""
        self.aggression = Aggression(patience=self.aggression.patience, **state)
