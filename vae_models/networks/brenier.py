"""Decoders of IL-LIDVAE: gradients of strongly convex potentials for l = t, two of them in a row for l < t."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.networks.checks import require_trailing
from vae_models.networks.icnn import ICNN
from vae_models.validation import require_count, require_counts, require_in_range
from variational.errors import InvalidInputError


class BrenierDecoder(nn.Module):
    """f = f2(E f1(z)) with f1, f2 gradients of strongly convex ICNNs on R^l and R^t; one gradient alone for l = t.

    E appends t - l zeros. Then |f(z) - f(w)| >= L1 L2 |z - w|, and >= L |z - w| for l = t. Further axes of z in front,
    such as one for the classes of a mixture, go through in one pass.

    Args:
        latent_dim: l.
        output_shape: Shape of the natural parameter for one x, ``likelihood.parameter_shape(data_shape)``; t is its
            number of entries, at least l.
        strength: L >= 0, the constant of each map; or (L1, L2), for l < t only.
        widths: Of the hidden layers of each potential.
        profile: As for ``ICNN``.
        positive: As for ``ICNN``.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For t < l, for two constants where there is one map, and for L = 0 where neither the profiles
            nor the widths make the map injective.

    Source:
        illidvae, Definition 4.1. With L = 0 it is LIDVAE (Wang et al. 2021). # ERR the text makes B an l x t matrix in
        Definition 4.1 and t x l in Assumption 3.2; the first is meant.
    """

    outer: ICNN | None

    def __init__(
        self,
        latent_dim: int,
        output_shape: tuple[int, ...],
        *,
        strength: float | tuple[float, float] = 1.0,
        widths: tuple[int, ...] = (512, 512),
        profile: str | tuple[str, ...] = "softplus",
        positive: str = "softplus",
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        require_counts("output_shape", output_shape)
        self.latent_dim, self.output_shape = latent_dim, tuple(output_shape)
        self.natural_dim = math.prod(output_shape)
        if self.natural_dim < latent_dim:
            msg = f"latent_dim must be at most the {self.natural_dim} entries of output_shape, got {latent_dim}"
            raise InvalidInputError(msg)
        strengths = self._pair(strength)
        self.inner = ICNN(
            latent_dim, widths=widths, profile=profile, positive=positive, strength=strengths[0], generator=generator
        )
        self.outer = None
        if self.natural_dim > latent_dim:
            self.outer = ICNN(
                self.natural_dim,
                widths=widths,
                profile=profile,
                positive=positive,
                strength=strengths[1],
                generator=generator,
            )
        if 0 in strengths and not (self.inner.strict and sum(widths) >= latent_dim):
            msg = (
                f"strength must be > 0 unless every profile is strictly convex and the widths sum to latent_dim = "
                f"{latent_dim} or more, got {strength} with {self.inner.profiles} and {tuple(widths)}"
            )
            raise InvalidInputError(msg)

    @property
    def strengths(self) -> tuple[float, ...]:
        """Return L1 and L2, or L alone for l = t."""
        return tuple(float(potential.strength) for potential in self._potentials())

    @property
    def inverse_lipschitz(self) -> float:
        """Return the constant that the construction guarantees: L1 L2, or L for l = t."""
        return math.prod(self.strengths)

    def set_strength(self, strength: float | tuple[float, float]) -> None:
        """Change the constants, as annealing does; the weights stay.

        Raises:
            InvalidInputError: For L <= 0 and for two constants where there is one map.
        """
        for potential, value in zip(self._potentials(), self._pair(strength), strict=False):
            require_in_range("strength", value, least=0.0, strict=True)
            potential.strength.fill_(value)

    def forward(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "..."]:
        """Return the natural parameters, shape (*batch, *output_shape).

        Raises:
            InvalidInputError: For z of another number of coordinates.
        """
        return self.stages(latent)[1]

    def stages(self, latent: Float[Tensor, "*batch latent"]) -> tuple[Float[Tensor, "*batch latent"], Tensor]:
        """Return f1(z), which annealing measures, and f(z); for l = t both are the same up to the shape."""
        require_trailing("z", latent, (self.latent_dim,))
        inner = self.inner.gradient(latent)
        outer = inner if self.outer is None else self.outer.gradient(inner)
        return inner, outer.reshape(*latent.shape[:-1], *self.output_shape)

    def jacobian_vector(
        self, latent: Float[Tensor, "*batch latent"], tangents: Float[Tensor, "... latent"]
    ) -> Float[Tensor, "... natural"]:
        """Return J(z) v, the natural parameters in one axis; further axes in front of v hold several for each z."""
        inner, product = self.inner.gradient_and_product(latent, tangents)
        return product if self.outer is None else self.outer.gradient_and_product(inner, product)[1]

    def vector_jacobian(
        self, latent: Float[Tensor, "*batch latent"], cotangents: Float[Tensor, "*batch natural"]
    ) -> Float[Tensor, "*batch latent"]:
        """Return J(z)^T w in closed form, from the symmetry of both Hessians."""
        if self.outer is not None:
            inner = self.inner.gradient(latent)
            cotangents = self.outer.gradient_and_product(inner, cotangents)[1][..., : self.latent_dim]
        return self.inner.gradient_and_product(latent, cotangents)[1]

    def jacobian(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch natural latent"]:
        """Return J(z)."""
        units = torch.eye(self.latent_dim, dtype=latent.dtype, device=latent.device)
        columns = units.reshape(self.latent_dim, *(1,) * (latent.ndim - 1), self.latent_dim)
        return self.jacobian_vector(latent, columns).movedim(0, -1)

    def _potentials(self) -> tuple[ICNN, ...]:
        return (self.inner,) if self.outer is None else (self.inner, self.outer)

    def _pair(self, strength: float | tuple[float, float]) -> tuple[float, ...]:
        """Return one constant for each map."""
        maps = 1 if self.natural_dim == self.latent_dim else 2
        if not isinstance(strength, tuple):
            return (strength,) * maps
        if len(strength) != maps:
            msg = f"strength must be one number, or two where latent_dim < {self.natural_dim}, got {strength}"
            raise InvalidInputError(msg)
        return strength
