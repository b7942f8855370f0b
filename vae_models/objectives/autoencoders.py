"""Deterministic autoencoders: AE, WAE-MMD, RAE and its regularised decoders. The code is the mean of q(z|x).

Source: Tolstikhin et al. (2018), WAE, equation (4); Ghosh et al. (2020), RAE, section 3.
"""

import functools
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from vae_models.divergences.kernels import Kernel, multiquadratic_kernel
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.objectives.passes import Code, Pass
from vae_models.objectives.squared_error import SquaredError
from vae_models.objectives.weighted import Part, Weighted, WeightedSum
from vae_models.validation import require_count, require_in_range, require_one_of


class HalfSquaredCode(Part):
    """E |z|^2 / 2 of the codes."""

    name = "half_squared_code"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        return passed.latent.square().sum(dim=1).mean() / 2


class DecoderJacobian(Part):
    """E |d E[x|z] / dz|_F^2 at the codes, estimated without bias by Hutchinson's method.

    The public code of RAE differentiates the sum of squares of the output, and another library takes the derivative
    in x; this is the norm that the paper prints. A decoder that mixes the examples of a batch, as normalising layers
    do in training, adds the derivatives across examples.

    Args:
        probes: >= 1; random directions in the space of x for each code.

    Source:
        Ghosh et al. (2020), RAE, section 3 (gradient penalty); Hutchinson (1990).
    """

    name = "decoder_jacobian"

    def __init__(self, *, probes: int = 1) -> None:
        """Keep the number of probes."""
        super().__init__()
        require_count("probes", probes)
        self.probes = probes

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        wanted = torch.is_grad_enabled()
        with torch.enable_grad():
            if passed.latent.requires_grad:
                latent, decoded = passed.latent, passed.decoded
            else:
                latent = passed.latent.detach().requires_grad_()
                decoded = passed.model.decode(latent, passed.batch.data)
            mean = passed.model.likelihood.mean(decoded)
            total = torch.zeros(len(latent), dtype=latent.dtype, device=latent.device)
            for _ in range(self.probes):
                total = total + _probed(mean, latent, passed.batch.generator, differentiable=wanted)
        return total.mean() / self.probes


def _probed(mean: Tensor, latent: Tensor, generator: torch.Generator, *, differentiable: bool) -> Tensor:
    """Return |J^T v|^2 for each code, with one draw of v of independent signs."""
    coins = torch.randint(0, 2, mean.shape, generator=generator, device=mean.device)
    signs = (2 * coins - 1).to(mean.dtype)
    (pulled,) = torch.autograd.grad((mean * signs).sum(), latent, create_graph=differentiable, retain_graph=True)
    return pulled.square().sum(dim=1)


class DecoderWeights(Part):
    """The sum of squares of the weight matrices of the decoder, without biases and gains (RAE-L2)."""

    name = "decoder_weights"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the sum."""
        weights = [parameter for parameter in passed.model.decoder.parameters() if parameter.dim() > 1]
        return sum((weight.square().sum() for weight in weights), start=torch.zeros((), dtype=passed.latent.dtype))


def spectrally_normalise(decoder: nn.Module) -> nn.Module:
    """Return the decoder, every linear and convolutional layer divided by its largest singular value (RAE-SN).

    The layers are changed in place; the singular value is followed by power iteration, one step a forward pass in
    training. Layers that are normalised already are left alone.
    """
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    for module in list(decoder.modules()):
        if isinstance(module, kinds) and not parametrize.is_parametrized(module, "weight"):
            parametrizations.spectral_norm(module)
    return decoder


def autoencoder(*, reconstruction: Part | None = None) -> WeightedSum:
    """Return the squared error of the decoded mean code, or another reconstruction."""
    return WeightedSum([Weighted(part=reconstruction or SquaredError())], code="mean")


def wae_mmd(
    *,
    weight: float = 10.0,
    reconstruction: Part | None = None,
    reconstruction_weight: float = 1.0,
    prior_variance: float = 1.0,
    kernel: Kernel | None = None,
    code: Code = "mean",
) -> WeightedSum:
    """Return the squared error + weight MMD^2 of codes and prior, unbiased, with the seven-scale kernel.

    Args:
        weight: >= 0; 10 for MNIST and 100 for CelebA in the public code.
        reconstruction: The squared error if left out.
        reconstruction_weight: >= 0; 0.05 in the public code.
        prior_variance: > 0; sets the lengths of the kernel.
        kernel: In place of the seven-scale inverse multiquadratic.
        code: ``draw`` for a random encoder.
    """
    require_in_range("weight", weight, least=0.0)
    require_in_range("reconstruction_weight", reconstruction_weight, least=0.0)
    require_in_range("prior_variance", prior_variance, least=0.0, strict=True)
    chosen = functools.partial(multiquadratic_kernel, prior_variance=prior_variance) if kernel is None else kernel
    return WeightedSum(
        [
            Weighted(part=reconstruction or SquaredError(), weight=reconstruction_weight),
            Weighted(part=MaximumMeanDiscrepancy(kernel=chosen, unbiased=True), weight=weight),
        ],
        code=code,
    )


def rae(
    *,
    code_weight: float,
    penalty: Literal["none", "gradient", "weights"] = "none",
    penalty_weight: float = 0.0,
    probes: int = 1,
    reconstruction: Part | None = None,
) -> WeightedSum:
    """Return the squared error + code_weight |z|^2/2 + penalty_weight penalty of the decoder.

    RAE-SN is the penalty ``none`` with a decoder from :func:`spectrally_normalise`.

    Args:
        code_weight: >= 0.
        penalty: ``gradient`` for RAE-GP, ``weights`` for RAE-L2.
        penalty_weight: >= 0.
        probes: >= 1; of the gradient penalty.
        reconstruction: The squared error if left out.
    """
    require_in_range("code_weight", code_weight, least=0.0)
    require_in_range("penalty_weight", penalty_weight, least=0.0)
    require_one_of("penalty", penalty, ("none", "gradient", "weights"))
    parts = [
        Weighted(part=reconstruction or SquaredError()),
        Weighted(part=HalfSquaredCode(), weight=code_weight),
    ]
    if penalty == "gradient":
        parts.append(Weighted(part=DecoderJacobian(probes=probes), weight=penalty_weight))
    elif penalty == "weights":
        parts.append(Weighted(part=DecoderWeights(), weight=penalty_weight))
    return WeightedSum(parts, code="mean")
