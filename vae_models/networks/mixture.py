"""Encoders of mixture models, GMVAE and IL-LIDMVAE: q(y|x) and q(z|x, y) for all classes y in one pass.

The mixture variants need no decoders of their own: GMVAE has an ``MLP`` and IL-LIDMVAE a ``BrenierDecoder``.
"""

import dataclasses
import math
from typing import cast

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from vae_models.networks.checks import require_batch
from vae_models.networks.layers import linear
from vae_models.posterior import LOG_TAU, Posterior
from vae_models.validation import require_count


@dataclasses.dataclass(frozen=True, slots=True)
class MixturePosterior:
    """q(y|x) q(z|x, y) with q(z|x, y) a diagonal Gaussian for each class y.

    Attributes:
        log_class: log q(y|x), normalised; shape (batch, classes).
        mean: Of z given x and y; shape (batch, classes, latent).
        log_variance: Of z given x and y; a shape that broadcasts to that of the mean.
    """

    log_class: Float[Tensor, "batch classes"]
    mean: Float[Tensor, "batch classes latent"]
    log_variance: Float[Tensor, "#batch #classes #latent"]

    def of(self, rows: slice | Int[Tensor, " some"]) -> "MixturePosterior":
        """Return the posterior of some x."""
        log_variance = self.log_variance.expand(self.mean.shape)
        return MixturePosterior(self.log_class[rows], self.mean[rows], log_variance[rows])

    def sample(self, *, generator: torch.Generator | None = None) -> Float[Tensor, "batch classes latent"]:
        """Return one draw of z for each x and class, differentiable in mean and variance."""
        noise = torch.randn(self.mean.shape, generator=generator, dtype=self.mean.dtype, device=self.mean.device)
        return self.mean + torch.exp(self.log_variance / 2) * noise

    def expectation(self, values: Float[Tensor, "batch classes"]) -> Float[Tensor, " batch"]:
        """Return the mean under q(y|x) of values for each class; y is summed out, never drawn."""
        return (self.log_class.exp() * values).sum(dim=-1)

    def log_density(self, latent: Float[Tensor, "*draws batch latent"]) -> Float[Tensor, "*draws batch"]:
        """Return log q(z|x), with y summed out; nats."""
        scaled = (latent.unsqueeze(-2) - self.mean) * torch.exp(-self.log_variance / 2)
        each = -(scaled.square() + self.log_variance + LOG_TAU).sum(dim=-1) / 2
        return torch.logsumexp(self.log_class + each, dim=-1)

    def class_kl(self, logits: Float[Tensor, " classes"]) -> Float[Tensor, " batch"]:
        """Return KL(q(y|x) || p(y)); nats.

        Args:
            logits: Unnormalised log weights of p(y), zeros for equal weights.
        """
        return self.expectation(self.log_class - torch.log_softmax(logits, dim=0))

    def component_kl(
        self, means: Float[Tensor, "classes latent"], log_variances: Float[Tensor, "#classes #latent"]
    ) -> Float[Tensor, "batch classes"]:
        """Return KL(q(z|x, y) || p(z|y)) for each x and class, against N(means, exp(log_variances)); nats."""
        log_ratio = self.log_variance - log_variances
        distance = (self.mean - means).square() * torch.exp(-log_variances)
        return (distance + torch.expm1(log_ratio) - log_ratio).sum(dim=-1) / 2

    def kl(
        self,
        logits: Float[Tensor, " classes"],
        means: Float[Tensor, "classes latent"],
        log_variances: Float[Tensor, "#classes #latent"],
    ) -> Float[Tensor, " batch"]:
        """Return KL(q(y, z|x) || p(y, z)), discrete and continuous part together, in closed form; nats.

        It is at least KL(q(z|x) || p(z)) of the marginals.
        """
        return self.class_kl(logits) + self.expectation(self.component_kl(means, log_variances))

    def given(self, classes: Int[Tensor, " batch"]) -> Posterior:
        """Return q(z|x, y) for one class of each x."""
        chosen = classes.reshape(-1, 1, 1).expand(-1, 1, self.mean.shape[-1])
        variances = self.log_variance.expand(self.mean.shape)
        return Posterior(self.mean.gather(1, chosen).squeeze(1), variances.gather(1, chosen).squeeze(1))


class MixtureEncoder(nn.Module):
    """A trunk with one head for q(y|x) and one for q(z|x, y), both linear; each class has rows of its own.

    Args:
        trunk: Module with attributes ``data_shape``, the shape of one x, and ``features``, how many it gives.
        latent_dim: Number of latent coordinates.
        classes: c, the number of components.
        generator: Of the initial weights.

    Source:
        illidvae, Definition 4.2 and Appendix B.1; the text gives no encoder. This is that of Kingma et al. (2014), M2,
        with y entering in the last layer.
    """

    def __init__(
        self, trunk: nn.Module, *, latent_dim: int, classes: int, generator: torch.Generator | None = None
    ) -> None:
        """Check the arguments and draw the weights of the heads."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        require_count("classes", classes)
        self.trunk, self.latent_dim, self.classes = trunk, latent_dim, classes
        self.data_shape = cast(tuple[int, ...], trunk.data_shape)
        features = cast(int, trunk.features)
        self.class_layer = linear(features, classes, generator=generator)
        self.component_layer = linear(features, 2 * classes * latent_dim, generator=generator)

    def forward(self, data: Shaped[Tensor, "batch ..."]) -> MixturePosterior:
        """Return the posterior of each x.

        Raises:
            InvalidInputError: For x of another shape than (batch, *data_shape).
        """
        require_batch("x", data, self.data_shape)
        features = self.trunk(data)
        dtype = self.class_layer.weight.dtype  # also where layers compute in a lower one
        logits, components = self.class_layer(features).to(dtype), self.component_layer(features).to(dtype)
        mean, log_variance = components.reshape(-1, 2, self.classes, self.latent_dim).unbind(1)
        return MixturePosterior(torch.log_softmax(logits, dim=-1), mean, log_variance)


def class_means(classes: int, latent_dim: int) -> Float[Tensor, "classes latent"]:
    """Return B1^T y for every class y, the natural parameters of p(z|y): unit vectors, and zero from class l on.

    With c > l, as for Omniglot in Table 3 (c = 50, l = 32), the classes from l on have one and the same prior. They are
    meant as the start of a trained prior, which the experiments have ("we parameterized the prior distribution").

    Source:
        illidvae, Definition 4.2 (B1 is c x l, diagonal, of ones) and Appendix B.1.
    """
    require_count("classes", classes)
    require_count("latent_dim", latent_dim)
    return torch.eye(classes, latent_dim)


def uniform_logits(classes: int) -> Float[Tensor, " classes"]:
    """Return the log weights of Cat(1/c)."""
    require_count("classes", classes)
    return torch.full((classes,), -math.log(classes))
