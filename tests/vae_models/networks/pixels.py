"""What is asked of every decoder by pixels: what sees what, all images of a tiny size, draws by whole passes."""

import itertools

import torch

DOUBLE = torch.float64


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def settled(decoder, seed=0):
    """Return the decoder in double precision and evaluation mode, no parameter or statistic at its initial value."""
    decoder = decoder.double().eval()
    generator = seeded(seed)
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
        for name, buffer in decoder.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(0.3 * torch.randn(buffer.shape, generator=generator, dtype=DOUBLE))
            if name.endswith("running_var"):
                buffer.copy_(1 + torch.rand(buffer.shape, generator=generator, dtype=DOUBLE))
    return decoder


def inputs(decoder, *, batch=2, seed=0):
    """Return z and x, x between 0 and 1."""
    latent = torch.randn(batch, decoder.latent_dim, generator=seeded(seed), dtype=DOUBLE)
    data = torch.rand(batch, *decoder.data_shape, generator=seeded(seed + 1), dtype=DOUBLE)
    return latent, data


def dependence(decoder, seed=0):
    """Return whether each output pixel depends on each pixel of x, shape (pixels, pixels), and on each z coordinate."""
    latent, data = (array.requires_grad_() for array in inputs(decoder, batch=1, seed=seed))
    found = decoder(latent, data).reshape(decoder.outputs, -1)
    pixels, codes = [], []
    weights = torch.randn(decoder.outputs, generator=seeded(7), dtype=DOUBLE)
    for place in range(found.shape[1]):
        by_data, by_latent = torch.autograd.grad((weights * found[:, place]).sum(), (data, latent), retain_graph=True)
        pixels.append((by_data.reshape(decoder.channels, -1) != 0).any(dim=0))
        codes.append(by_latent[0] != 0)
    return torch.stack(pixels), torch.stack(codes)


def all_images(data_shape, levels=2):
    """Return every image with entries on so many levels from 0 to 1."""
    count = int(torch.tensor(data_shape).prod())
    rows = list(itertools.product(range(levels), repeat=count))
    return torch.tensor(rows, dtype=DOUBLE).reshape(-1, *data_shape) / (levels - 1)


def log_masses(decoder, likelihood, latent, images):
    """Return log p(x|z) for one z and all images."""
    with torch.no_grad():
        return likelihood.log_density(decoder(latent.expand(len(images), -1), images), images)


@torch.no_grad()
def sample_by_whole_passes(decoder, latent, likelihood, generator):
    """Return draws with nothing kept: a whole pass for each pixel, of which one pixel is used."""
    image = torch.zeros(len(latent), *decoder.data_shape, dtype=latent.dtype)
    for row, column in itertools.product(*map(range, decoder.size)):
        decoded = decoder(latent, image)[..., row : row + 1, column : column + 1]
        image[..., row : row + 1, column : column + 1] = likelihood.sample(decoded, generator=generator)
    return image
