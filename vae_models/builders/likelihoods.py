"""Likelihoods from their settings."""

from typing import assert_never

from vae_models.data.dataset import DataSet
from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood
from vae_models.likelihoods.variance import DecodedVariance, FixedVariance, TrainedVariance, Variance
from vae_models.settings.likelihoods import (
    BernoulliConfig,
    CategoricalConfig,
    FixedVarianceConfig,
    GaussianConfig,
    LikelihoodForm,
    LogisticMixtureConfig,
    TrainedVarianceConfig,
)
from variational.errors import InvalidInputError

Likelihood = BernoulliLikelihood | GaussianLikelihood | LogisticMixtureLikelihood | CategoricalLikelihood


def build_likelihood(config: LikelihoodForm, *, data: DataSet) -> Likelihood:
    """Return p(x|z) for the examples of a data set."""
    match config:
        case BernoulliConfig():
            return BernoulliLikelihood()
        case GaussianConfig():
            variance = build_variance(config.variance, data_shape=data.train.shape)
            return GaussianLikelihood(variance=variance, activation=config.activation)
        case LogisticMixtureConfig():
            return LogisticMixtureLikelihood(components=config.components, levels=config.levels)
        case CategoricalConfig():
            classes = config.classes or len(data.vocabulary)
            if not classes:
                msg = f"classes must be given for data without a vocabulary such as {data.name}, got None"
                raise InvalidInputError(msg)
            return CategoricalLikelihood(classes=classes, padding=config.padding)
        case _:
            assert_never(config)


def build_variance(config: FixedVarianceConfig | TrainedVarianceConfig, *, data_shape: tuple[int, ...]) -> Variance:
    """Return where the variance of a Gaussian likelihood comes from."""
    match config:
        case FixedVarianceConfig():
            return FixedVariance(config.value)
        case TrainedVarianceConfig(parameterisation="Iso-I" | "Diag-I" as which):
            shape = () if which == "Iso-I" else data_shape
            return TrainedVariance(shape=shape, initial=config.initial, floor=config.floor)
        case TrainedVarianceConfig():
            return DecodedVariance(isotropic=config.parameterisation == "Iso-D", floor=config.floor)
        case _:
            assert_never(config)
