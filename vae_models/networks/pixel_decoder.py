"""What decoders of images by pixels have in common: shapes, and draws pixel by pixel with a memory."""

import math
from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.model import Likelihood
from vae_models.modes import evaluating
from vae_models.networks.causal import Cursor, Heights
from vae_models.networks.checks import require_batch
from vae_models.networks.conv import image_shape
from vae_models.validation import require_count
from variational.errors import InvalidInputError


class PixelDecoder(nn.Module):
    """p(x|z) = prod_i p(x_i | x_<i, z) over the pixels in raster order; the channels of a pixel are the likelihood's.

    An :class:`~vae_models.model.AutoregressiveDecoder`. In training mode, batch normalisation ties every pixel to the
    statistics of the batch, as it does in the public codes; in evaluation mode the factorisation is exact.

    Args:
        latent_dim: Number of latent coordinates.
        data_shape: (channels, height, width), or (height, width) for images of one channel.
        output_shape: ``likelihood.parameter_shape(data_shape)``, which ends in height and width.

    Raises:
        InvalidInputError: For shapes that are not those of images.
    """

    autoregressive: bool = True

    def __init__(self, latent_dim: int, data_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> None:
        """Check the shapes."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        self.channels, *size = image_shape("data_shape", data_shape)
        if tuple(output_shape[-2:]) != tuple(data_shape[-2:]):
            msg = f"output_shape must end in {tuple(data_shape[-2:])}, the size of the image, got {tuple(output_shape)}"
            raise InvalidInputError(msg)
        self.latent_dim, self.data_shape, self.output_shape = latent_dim, tuple(data_shape), tuple(output_shape)
        self.outputs, self.size = math.prod(output_shape[:-2]), (size[0], size[1])

    @abstractmethod
    def predict(
        self,
        image: Float[Tensor, "batch channels height width"],
        latent: Float[Tensor, "batch latent"],
        cursor: Cursor | None = None,
    ) -> Heights:
        """Return the outputs of all pixels, or of the one at the cursor from those before it."""

    def forward(self, latent: Float[Tensor, "batch latent"], data: Float[Tensor, "batch ..."]) -> Float[Tensor, "..."]:
        """Return what the likelihood takes, shape (batch, *output_shape).

        Raises:
            InvalidInputError: For x of another shape than (batch, *data_shape), or z of another number of coordinates.
        """
        require_batch("z", latent, (self.latent_dim,))
        require_batch("x", data, self.data_shape)
        image = data.reshape(-1, self.channels, *self.size)
        return self.predict(image, latent).reshape(-1, *self.output_shape)

    @torch.no_grad()
    def sample(
        self, latent: Float[Tensor, "batch latent"], likelihood: Likelihood, *, generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch ..."]:
        """Return one draw of x for each z, in evaluation mode and without gradient.

        Args:
            latent: z.
            likelihood: It must draw each pixel by itself, with no parameter of its own for each pixel.
            generator: Of the draws, pixel by pixel.

        Error:
            The draws are those of a loop over whole passes up to rounding; a draw at a threshold may differ.
        """
        require_batch("z", latent, (self.latent_dim,))
        image = latent.new_zeros(len(latent), self.channels, *self.size)
        shape = (len(latent), *self.data_shape[:-2], 1, 1)
        with evaluating(self):
            cursor = Cursor(height=self.size[0], width=self.size[1])
            for cursor.row in range(self.size[0]):
                for cursor.column in range(self.size[1]):
                    decoded = self.predict(image, latent, cursor).reshape(len(latent), *self.output_shape[:-2], 1, 1)
                    pixel = likelihood.sample(decoded, generator=generator)
                    if pixel.shape != shape:
                        msg = f"likelihood must draw one pixel at a time, got shape {tuple(pixel.shape)}, not {shape}"
                        raise InvalidInputError(msg)
                    image[:, :, cursor.row, cursor.column] = pixel.reshape(len(latent), self.channels)
        return image.reshape(-1, *self.data_shape)
