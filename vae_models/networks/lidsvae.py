"""The sequential decoder of LIDSVAE and IL-LIDSVAE: z joins the state of an LSTM in an inverse-Lipschitz map."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vae_models.data.text import PADDING
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.recurrent import Recurrence
from vae_models.networks.text import SentenceDecoder, State

SYNTHETIC = Recurrence(embedding=50, hidden=50, layers=2, dropout=0.0)


class InverseLipschitzLSTMDecoder(SentenceDecoder):
    """Logits f2(E f1(h_t, z)) with h_t the state of an LSTM that sees the tokens before t and nothing of z.

    E appends zeros, so the vocabulary must have at least hidden + latent_dim entries. For each h_t the map from z to
    the logits is injective, and inverse Lipschitz with L1 L2.

    Args:
        latent_dim: Number of latent coordinates.
        length: Of a row.
        classes: Of the vocabulary.
        recurrence: Sizes, dropout and initial law.
        strength: L1 = L2, or both; as for ``BrenierDecoder``. 0 for LIDSVAE.
        widths: Of the hidden layers of each potential.
        profile: As for ``ICNN``.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: As ``BrenierDecoder`` does, such as for a vocabulary that is too small.

    Source:
        illidvae, Definition 4.3 and Table 3 (LSTM of two layers); # ERR the text types f1 as R^l -> R^l, its input is
        (z_i, h). Embedding, state and potentials (50, 50, two layers of 128) from the public code of LIDVAE (Wang et
        al. 2021), ``idLSTMDecoder``, which starts the LSTM at a trained constant; Table 3 prints 1024 for z and for
        the state, which a vocabulary of 1004 cannot take.
    """

    def __init__(
        self,
        latent_dim: int,
        length: int,
        classes: int,
        *,
        recurrence: Recurrence = SYNTHETIC,
        strength: float | tuple[float, float] = 1.0,
        widths: tuple[int, ...] = (128, 128),
        profile: str | tuple[str, ...] = "softplus",
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the sizes and draw the weights."""
        inputs = recurrence.embedding
        super().__init__(latent_dim, length, classes, inputs=inputs, recurrence=recurrence, generator=generator)
        self.head = BrenierDecoder(
            recurrence.hidden + latent_dim,
            (classes,),
            strength=strength,
            widths=widths,
            profile=profile,
            generator=generator,
        )
        self.start = nn.Parameter(torch.zeros(recurrence.layers, 1, recurrence.hidden))

    def initial_state(self, latent: Float[Tensor, "batch latent"]) -> State:
        """Return a trained cell c and h = tanh(c), the same for every z."""
        cell = self.start.expand(-1, len(latent), -1).contiguous()
        return torch.tanh(cell), cell

    def joined(
        self,
        embedded: Float[Tensor, "batch some embedding"],
        latent: Float[Tensor, "batch latent"],  # noqa: ARG002
    ) -> Float[Tensor, "batch some inputs"]:
        """Return the embedded tokens alone."""
        return embedded

    @torch.no_grad()
    def map_inputs(
        self, latent: Float[Tensor, "batch latent"], data: Int[Tensor, "batch length"]
    ) -> Float[Tensor, "places inputs"]:
        """Return what f1 takes, (h_t, z), at every place of the sentences that is not padding."""
        before = data[:, :-1]
        outputs, _ = self.lstm(self.joined(self.embedding(before), latent), self.initial_state(latent))
        whole = torch.cat([outputs, latent.unsqueeze(1).expand(-1, outputs.shape[1], -1)], dim=2)
        return whole[before != PADDING]

    def scores(
        self, outputs: Float[Tensor, "batch some hidden"], latent: Float[Tensor, "batch latent"]
    ) -> Float[Tensor, "batch some classes"]:
        """Return the logits of the tokens, inverse Lipschitz in outputs and z."""
        found: Tensor = self.head(torch.cat([outputs, latent.unsqueeze(1).expand(-1, outputs.shape[1], -1)], dim=2))
        return found
