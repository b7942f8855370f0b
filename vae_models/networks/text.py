"""LSTM encoder and decoders of sentences, rows of token numbers as :mod:`vae_models.data.text` makes them."""

import math
from abc import abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vae_models.data.text import BEGIN, END, PADDING, UNKNOWN
from vae_models.model import Likelihood
from vae_models.modes import evaluating
from vae_models.networks.checks import require_batch
from vae_models.networks.recurrent import Recurrence, longest, require_sentences, require_text
from vae_models.validation import require_count

YAHOO = Recurrence()
State = tuple[Tensor, Tensor]  # h and c of every layer, shapes (layers, batch, hidden)


class LSTMTrunk(nn.Module):
    """The state of an LSTM after END, whatever padding follows.

    Args:
        length: Of a row.
        classes: Of the vocabulary.
        recurrence: Its dropout is for decoders only.
        generator: Of the initial weights.

    Source:
        NC-VAE, section 6.2, and the public code of lagging inference (He et al. 2019), ``enc_lstm.py``.
    """

    def __init__(
        self,
        length: int,
        classes: int,
        *,
        recurrence: Recurrence = YAHOO,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the sizes and draw the weights."""
        super().__init__()
        require_text(length, classes)
        self.data_shape, self.features, self.classes = (length,), recurrence.hidden, classes
        self.embedding = recurrence.tokens(classes, generator)
        self.lstm = recurrence.lstm(recurrence.embedding, generator)

    def forward(self, data: Int[Tensor, "batch length"]) -> Float[Tensor, "batch features"]:
        """Return the state after the last token of each row.

        Raises:
            InvalidInputError: For rows of another length, or that do not start with BEGIN.
        """
        require_sentences(data, length=self.data_shape[0], classes=self.classes)
        tokens = data[:, : longest(data)]
        outputs: Tensor = self.lstm(self.embedding(tokens))[0]
        last = ((tokens != PADDING).sum(dim=1) - 1).reshape(-1, 1, 1)
        return outputs.gather(1, last.expand(-1, 1, outputs.shape[2])).squeeze(1)


class SentenceDecoder(nn.Module):
    """p(x|z) = prod_t p(x_t | x_<t, z) over tokens up to END, by an LSTM; an AutoregressiveDecoder.

    BEGIN is certain at the first place and impossible elsewhere, padding is never predicted: the masses of all
    sentences sum to one. # ERR public codes leave some mass to both, so theirs sum to less

    Args:
        latent_dim: Number of latent coordinates.
        length: Of a row.
        classes: Of the vocabulary; the likelihood is ``CategoricalLikelihood(classes=classes, padding=PADDING)``.
        inputs: Numbers that go into the LSTM at each place.
        recurrence: Its sizes, dropout and initial law.
        generator: Of the initial weights.
    """

    autoregressive: bool = True
    impossible: Tensor
    certain: Tensor

    def __init__(
        self,
        latent_dim: int,
        length: int,
        classes: int,
        *,
        inputs: int,
        recurrence: Recurrence,
        generator: torch.Generator | None,
    ) -> None:
        """Check the sizes and draw the weights."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        require_text(length, classes)
        self.latent_dim, self.data_shape, self.output_shape = latent_dim, (length,), (length, classes)
        self.classes, self.recurrence = classes, recurrence
        self.embedding = recurrence.tokens(classes, generator)
        self.lstm = recurrence.lstm(inputs, generator)
        self.dropout = nn.Dropout(recurrence.dropout)
        tokens = torch.arange(classes)
        never = torch.full((classes,), -math.inf)
        zeros = torch.zeros(classes)
        self.register_buffer("certain", torch.where(tokens == BEGIN, zeros, never), persistent=False)
        outside = (tokens == BEGIN) | (tokens == PADDING)
        self.register_buffer("impossible", torch.where(outside, never, zeros), persistent=False)

    @abstractmethod
    def initial_state(self, latent: Float[Tensor, "batch latent"]) -> State:
        """Return the state of the LSTM before the first token."""

    @abstractmethod
    def joined(
        self, embedded: Float[Tensor, "batch some embedding"], latent: Float[Tensor, "batch latent"]
    ) -> Float[Tensor, "batch some inputs"]:
        """Return what goes into the LSTM."""

    @abstractmethod
    def scores(
        self, outputs: Float[Tensor, "batch some hidden"], latent: Float[Tensor, "batch latent"]
    ) -> Float[Tensor, "batch some classes"]:
        """Return the logits of the tokens."""

    def forward(
        self, latent: Float[Tensor, "batch latent"], data: Int[Tensor, "batch length"]
    ) -> Float[Tensor, "batch length classes"]:
        """Return the logits of every place, from z and the tokens before it.

        Raises:
            InvalidInputError: For rows of another length, or that do not start with BEGIN.
        """
        require_batch("z", latent, (self.latent_dim,))
        require_sentences(data, length=self.data_shape[0], classes=self.classes)
        before = data[:, : longest(data) - 1]
        if self.training and self.recurrence.word_dropout:
            dropped = torch.rand(before.shape, device=before.device) < self.recurrence.word_dropout
            before = torch.where(dropped & (before != BEGIN), UNKNOWN, before)
        found, _ = self._logits(before, latent, self.initial_state(latent))
        first = self.certain.to(found.dtype).expand(len(data), 1, -1)
        # what follows the longest row of the batch is padding, of which the likelihood asks nothing
        rest = found.new_zeros(len(data), data.shape[1] - found.shape[1] - 1, self.classes)
        return torch.cat([first, found, rest], dim=1)

    @torch.no_grad()
    def sample(
        self, latent: Float[Tensor, "batch latent"], likelihood: Likelihood, *, generator: torch.Generator | None = None
    ) -> Int[Tensor, "batch length"]:
        """Return one sentence for each z, token by token; one that is not over at the end of the row has no END.

        Args:
            latent: z.
            likelihood: A ``CategoricalLikelihood``.
            generator: Of the draws.
        """
        require_batch("z", latent, (self.latent_dim,))
        tokens = torch.full((len(latent), *self.data_shape), PADDING, device=latent.device)
        tokens[:, 0] = BEGIN
        over = torch.zeros(len(latent), dtype=torch.bool, device=latent.device)
        with evaluating(self):
            state = self.initial_state(latent)
            for place in range(1, tokens.shape[1]):
                found, state = self._logits(tokens[:, place - 1 : place], latent, state)
                drawn = likelihood.sample(found, generator=generator).squeeze(1)
                tokens[:, place] = torch.where(over, PADDING, drawn)
                over = over | (drawn == END)
                if bool(over.all()):
                    break
        return tokens

    def _logits(self, tokens: Tensor, latent: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits of what follows each token, and the state after the last."""
        outputs, state = self.lstm(self.joined(self.dropout(self.embedding(tokens)), latent), state)
        return self.scores(self.dropout(outputs), latent) + self.impossible, state


class LSTMDecoder(SentenceDecoder):
    """The decoder of NC-VAE for text: z with every token that goes in, and in the initial state.

    Args:
        latent_dim: Number of latent coordinates.
        length: Of a row.
        classes: Of the vocabulary.
        recurrence: Sizes, dropout and initial law.
        generator: Of the initial weights.

    Source:
        NC-VAE, section 6.2 (z concatenated to the input and predicting the initial state); c = W z, h = tanh(c) from
        the public code of lagging inference (He et al. 2019), ``dec_lstm.py``.
    """

    def __init__(
        self,
        latent_dim: int,
        length: int,
        classes: int,
        *,
        recurrence: Recurrence = YAHOO,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the sizes and draw the weights."""
        inputs = recurrence.embedding + latent_dim
        super().__init__(latent_dim, length, classes, inputs=inputs, recurrence=recurrence, generator=generator)
        self.state_layer = recurrence.linear(latent_dim, recurrence.layers * recurrence.hidden, generator)
        self.score_layer = recurrence.linear(recurrence.hidden, classes, generator)

    def initial_state(self, latent: Float[Tensor, "batch latent"]) -> State:
        """Return h = tanh(W z) and c = W z."""
        flat: Tensor = self.state_layer(latent)
        cell = flat.reshape(len(latent), self.recurrence.layers, -1).transpose(0, 1).contiguous()
        return torch.tanh(cell), cell

    def joined(
        self, embedded: Float[Tensor, "batch some embedding"], latent: Float[Tensor, "batch latent"]
    ) -> Float[Tensor, "batch some inputs"]:
        """Return the embedded tokens, each with z behind it."""
        return torch.cat([embedded, latent.unsqueeze(1).expand(-1, embedded.shape[1], -1)], dim=2)

    def scores(
        self,
        outputs: Float[Tensor, "batch some hidden"],
        latent: Float[Tensor, "batch latent"],  # noqa: ARG002
    ) -> Float[Tensor, "batch some classes"]:
        """Return the logits of the tokens, linear in the outputs."""
        found: Tensor = self.score_layer(outputs)
        return found
