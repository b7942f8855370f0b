"""The discretised mixture of logistics of PixelCNN++, exact in its tails, for data with a channel axis.

Source: Salimans et al. (2017), PixelCNN++, sections 2.1 and 2.2.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.validation import require_count
from variational.errors import InvalidInputError

LEAST_LOG_SCALE = -7.0  # in units of half the range of the data, as in the public code of PixelCNN++
_NARROW = 1e-3  # width of a level in scales below which the mass is that of a series


class LogisticMixtureLikelihood(nn.Module):
    """Entries on ``levels`` equidistant values in [0, 1], each the nearest level to a draw of a mixture of logistics.

    The channels of one place share the component; the mean of a channel is linear in the channels before it. For
    each component the decoder gives a logit, and for each channel a mean, a log scale, and the coefficients.

    Args:
        components: >= 1.
        levels: >= 2; 256 for bytes divided by 255.
    """

    def __init__(self, *, components: int = 10, levels: int = 256) -> None:
        """Keep the options; there are no parameters."""
        super().__init__()
        require_count("components", components)
        require_count("levels", levels, least=2)
        self.components, self.levels = components, levels

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that the decoder must give for one x of ``data_shape``: channels first."""
        if len(data_shape) < 2:
            msg = f"data_shape must have a channel axis and at least one more, got {data_shape}"
            raise InvalidInputError(msg)
        channels = data_shape[0]
        return (self.components * (1 + 2 * channels + channels * (channels - 1) // 2), *data_shape[1:])

    def log_density(
        self, decoded: Float[Tensor, "batch _ *space"], data: Float[Tensor, "batch channels *space"]
    ) -> Float[Tensor, " batch"]:
        """Return log p(x|z), summed over all entries of x; nats for each x."""
        logits, means, log_scales, coefficients = self._split(decoded, data.shape[1])
        centred = (2 * data - 1).unsqueeze(1)  # batch, 1, channels, *space
        shifted = torch.stack(
            [
                means[:, :, channel]
                + sum(
                    (coefficients[:, :, _pair(channel, before)] * centred[:, :, before] for before in range(channel)),
                    start=torch.zeros_like(logits),
                )
                for channel in range(data.shape[1])
            ],
            dim=2,
        )
        inverse_scales = torch.exp(-log_scales)
        half_width = 1 / (self.levels - 1)
        upper = (centred + half_width - shifted) * inverse_scales
        lower = (centred - half_width - shifted) * inverse_scales
        # sigma(a) - sigma(b) = sigma(a) sigma(-b) (1 - exp(b - a)) has no cancellation
        inside = (
            functional.logsigmoid(upper)
            + functional.logsigmoid(-lower)
            + _log_one_minus_exp(math.log(2 * half_width) - log_scales)
        )
        lowest, highest = centred < half_width - 1, centred > 1 - half_width
        masses = torch.where(
            lowest, functional.logsigmoid(upper), torch.where(highest, functional.logsigmoid(-lower), inside)
        )
        mixed = torch.logsumexp(torch.log_softmax(logits, dim=1) + masses.sum(dim=2), dim=1)
        return mixed.flatten(1).sum(dim=1)

    def mean(self, decoded: Float[Tensor, "batch _ *space"]) -> Float[Tensor, "batch channels *space"]:
        """Return E[x|z] of the mixture before it is rounded to levels, clamped to [0, 1].

        Error:
            Tails beyond 0 and 1 pull the exact mean inwards; without tails the two agree to a fraction of a level.
        """
        logits, means, _, coefficients = self._split(decoded, self._channels(decoded))
        shifted: list[Tensor] = []
        for channel in range(means.shape[2]):
            total = means[:, :, channel]
            for before, earlier in enumerate(shifted):
                total = total + coefficients[:, :, _pair(channel, before)] * earlier
            shifted.append(total)
        weights = torch.softmax(logits, dim=1).unsqueeze(2)
        return ((weights * torch.stack(shifted, dim=2)).sum(dim=1) / 2 + 0.5).clamp(0, 1)

    @torch.no_grad()
    def sample(
        self, decoded: Float[Tensor, "batch _ *space"], *, generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch channels *space"]:
        """Return one draw of x for each z, without gradient."""
        logits, means, log_scales, coefficients = self._split(decoded, self._channels(decoded))
        rows = torch.softmax(logits.movedim(1, -1), dim=-1).reshape(-1, self.components)
        chosen = torch.multinomial(rows, 1, generator=generator).reshape(logits[:, 0].shape).unsqueeze(1)
        drawn: list[Tensor] = []
        for channel in range(means.shape[2]):
            centre = means[:, :, channel].gather(1, chosen).squeeze(1)
            for before, earlier in enumerate(drawn):
                centre = centre + coefficients[:, :, _pair(channel, before)].gather(1, chosen).squeeze(1) * earlier
            uniform = torch.rand(centre.shape, generator=generator, dtype=centre.dtype, device=centre.device)
            spread = log_scales[:, :, channel].gather(1, chosen).squeeze(1).exp()
            value = (centre + spread * torch.logit(uniform, eps=1e-7)).clamp(-1, 1)
            steps = torch.round((value + 1) / 2 * (self.levels - 1))
            drawn.append(2 * steps / (self.levels - 1) - 1)
        return (torch.stack(drawn, dim=1) + 1) / 2

    def _channels(self, decoded: Tensor) -> int:
        """Return the number of channels of x, from 1 + 2c + c(c-1)/2 parameters for each component."""
        each = decoded.shape[1] // self.components
        (found,) = [c for c in range(1, each) if 1 + 2 * c + c * (c - 1) // 2 == each] or [0]
        if not found:
            msg = f"decoded must have a shape of parameter_shape, got {tuple(decoded.shape)}"
            raise InvalidInputError(msg)
        return found

    def _split(self, decoded: Tensor, channels: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return logits (batch, components, *space); means, log scales, coefficients with their number on axis 2."""
        expected = self.components * (1 + 2 * channels + channels * (channels - 1) // 2)
        if decoded.shape[1] != expected:
            msg = f"decoded must have {expected} channels for x with {channels}, got {decoded.shape[1]}"
            raise InvalidInputError(msg)
        each = decoded.reshape(decoded.shape[0], self.components, -1, *decoded.shape[2:])
        log_scales = each[:, :, 1 + channels : 1 + 2 * channels].clamp(min=LEAST_LOG_SCALE)
        return each[:, :, 0], each[:, :, 1 : 1 + channels], log_scales, torch.tanh(each[:, :, 1 + 2 * channels :])


def _log_one_minus_exp(log_width: Tensor) -> Tensor:
    """Return log(1 - exp(-w)) from log w, whose value and gradient stay finite where w underflows."""
    width = torch.exp(log_width)
    # the next term of the series is w^4 / 2880; the clamp keeps the gradient of what is not chosen finite
    series = log_width - width / 2 + width.square() / 24
    return torch.where(width < _NARROW, series, torch.log(-torch.expm1(-width.clamp(min=_NARROW))))


def _pair(channel: int, before: int) -> int:
    """Return the place of the coefficient of an earlier channel: (1,0), (2,0), (2,1), ..."""
    return channel * (channel - 1) // 2 + before
