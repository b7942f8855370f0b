"""The VAE of the preset digits: linear or one hidden layer, standard normal prior, weighted ELBO; for a first run."""

import math

from torch import Tensor, nn

from vae_models.config import RunConfig
from vae_models.data.dataset import DataSet
from vae_models.likelihoods.discrete import BernoulliLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Likelihood, Model
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.objective import Objective
from vae_models.objectives.elbo import elbo
from vae_models.presets import PlainElbo, PlainModel
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError


class FlatTrunk(nn.Module):
    """The entries of x as features, for an encoder that is one linear layer."""

    def __init__(self, data_shape: tuple[int, ...]) -> None:
        """Keep the shape."""
        super().__init__()
        self.data_shape, self.features = data_shape, math.prod(data_shape)

    def forward(self, data: Tensor) -> Tensor:
        """Return x as vectors."""
        return data.flatten(1)


def build(config: RunConfig, data: DataSet) -> tuple[Model, Objective]:
    """Return model and objective for a data set of any shape."""
    settings, objective = config.model, config.objective
    if not isinstance(settings, PlainModel) or not isinstance(objective, PlainElbo):
        msg = f"model and objective must be PlainModel and PlainElbo, got {settings!r} and {objective!r}"
        raise InvalidInputError(msg)
    shape, widths = tuple(data.train.shape), (settings.hidden,) * (settings.hidden > 0)
    likelihood: Likelihood = GaussianLikelihood() if settings.likelihood == "gaussian" else BernoulliLikelihood()
    trunk = mlp_trunk(shape, widths=widths) if widths else FlatTrunk(shape)
    model = Model(
        encoder=Encoder(trunk, DiagonalHead(trunk.features, settings.latent_dim)),
        decoder=MLP((settings.latent_dim,), likelihood.parameter_shape(shape), widths=widths),
        prior=IsotropicPrior(latent_dim=settings.latent_dim),
        likelihood=likelihood,
    )
    return model, elbo(beta=float(objective.beta))
