"""What is measured of a model once, for every theorem that it is set beside."""

import dataclasses
import functools
from collections.abc import Callable

import torch
from jaxtyping import Shaped
from torch import Tensor

from vae_models.compare.empirical import entropy_of
from vae_models.compare.gaussian import TwoGaussians
from vae_models.compare.records import Distance, Number
from vae_models.compare.setting import Setting, is_mass_function, one_log_variance, one_noise_variance, setting_of
from vae_models.flow_posterior import FlowEncoder, with_gaussian_posterior
from vae_models.metrics.codes import Codes, draw_codes, infer
from vae_models.metrics.likelihood import elbo_parts
from vae_models.metrics.rate import rate_split
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objectives.weighted import WeightedSum
from vae_models.records import MetricRecord, Split
from vae_models.seeds import derived_seed
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """A model, the examples it is met with, and what was measured; each number is computed when it is asked for.

    Attributes:
        model: In evaluation mode.
        setting: Of its loss.
        data: The examples; the law with equal masses on them is what theorems are read for.
        split: What they are.
        seed: Of every draw.
        distance: To the optimum, where one is known.
        laws: Of data and noise, where they are two Gaussians.
    """

    model: Model
    setting: Setting
    data: Shaped[Tensor, "n ..."]
    split: Split
    seed: int = 0
    distance: Distance | None = None
    laws: TwoGaussians | None = None

    def generator(self) -> torch.Generator:
        """Return a fresh generator, so that no number depends on which others were asked for."""
        return evidence_generator(self.seed)

    @property
    def has_flow(self) -> bool:
        """Whether z is a Gaussian moved by a flow, so that mean and variance of q(z|x) are not known."""
        return isinstance(self.model.encoder, FlowEncoder)

    @functools.cached_property
    def gaussian_model(self) -> Model:
        """The model in coordinates in which q(z|x) is Gaussian, which leave rates as they are."""
        return with_gaussian_posterior(self.model)

    @functools.cached_property
    def codes(self) -> Codes | None:
        """q(z|x) of the examples with one draw each; None for a deterministic code, which has no density.

        They are those of ``gaussian_model``.
        """
        with evaluating(self.gaussian_model):
            posterior = infer(self.gaussian_model, self.data, batch_size=500)
        if not self.setting.draws_codes or not bool(torch.isfinite(posterior.log_variance).all()):
            return None
        return draw_codes(posterior, generator=self.generator())

    @functools.cached_property
    def log_variance(self) -> float | None:
        """The logarithm of sigma_z^2, where the encoder has one."""
        return None if self.has_flow else one_log_variance(self.model, self.data)

    @functools.cached_property
    def noise_variance(self) -> float | None:
        """sigma_x^2, where the likelihood is Gaussian with one."""
        return one_noise_variance(self.model)

    @functools.cached_property
    def rates(self) -> dict[str, Number]:
        """``mutual_information`` and ``aggregate_kl`` of the given examples, from one draw for each."""
        if self.codes is None:
            return {}
        split = rate_split(self.codes, self.gaussian_model.prior, split=self.split)
        return {record.name: number(record) for record in (split.information, split.aggregate_kl)}

    @functools.cached_property
    def parts(self) -> dict[str, Number]:
        """``reconstruction``, ``kl``, ``negative_elbo`` and ``squared_error_squared_units``."""
        records = elbo_parts(self.model, self.data, split=self.split, generator=self.generator())
        return {record.name: number(record) for record in records}

    @functools.cached_property
    def total_variance(self) -> Number:
        """Trace of the covariance of x; squared units."""
        flat = self.data.double().flatten(1)
        return mean_number((flat - flat.mean(dim=0)).square().sum(dim=1), "variance of the entries of x, summed")

    @functools.cached_property
    def entropy(self) -> Number | None:
        """H(X) of the law with equal masses, where the likelihood gives probabilities of x."""
        if not is_mass_function(self.model, self.data):
            return None
        return Number(value=entropy_of(self.data), basis="proved", rests_on="counted")


def evidence_generator(seed: int) -> torch.Generator:
    """Return a fresh generator of the draws of evidence; data may be drawn with the seed itself."""
    return torch.Generator().manual_seed(derived_seed(seed, "compare"))


def gather(
    model: Model,
    objective: WeightedSum,
    data: Shaped[Tensor, "n ..."],
    *,
    split: Split,
    seed: int = 0,
    distance: Distance | None = None,
    laws: TwoGaussians | None = None,
) -> Evidence:
    """Return the evidence on a model from two examples or more."""
    if len(data) < 2:
        msg = f"data must hold two x or more, got {len(data)}"
        raise InvalidInputError(msg)
    setting = setting_of(model, objective)
    return Evidence(model=model, setting=setting, data=data, split=split, seed=seed, distance=distance, laws=laws)


def number(record: MetricRecord) -> Number:
    """Return a metric as a number."""
    if record.error is None:
        return Number(value=record.value, basis="certified", rests_on=record.estimator)
    return Number(value=record.value, basis="sampled", rests_on=record.estimator, error=record.error)


def mean_number(values: Tensor, rests_on: str) -> Number:
    """Return the mean of a number for each x, with its standard error."""
    error = float(values.std()) / len(values) ** 0.5
    return Number(value=float(values.mean()), basis="sampled", rests_on=rests_on, error=error)


def scaled(given: Number, factor: float, *, plus: float = 0.0) -> Number:
    """Return factor times a number, plus a constant."""
    error = None if given.error is None else abs(factor) * given.error
    return dataclasses.replace(given, value=factor * given.value + plus, error=error)


def mapped(given: Number, function: Callable[[float], float], slope: float) -> Number:
    """Return a function of a number, with its error to first order from the slope there."""
    error = None if given.error is None else abs(slope) * given.error
    return dataclasses.replace(given, value=function(given.value), error=error)


def total(first: Number, second: Number, rests_on: str) -> Number:
    """Return the sum of two numbers; the sum of their errors bounds its error whatever ties them together."""
    errors = [given.error for given in (first, second) if given.error is not None]
    if not errors:
        return Number(value=first.value + second.value, basis=first.basis, rests_on=rests_on)
    return Number(value=first.value + second.value, basis="sampled", rests_on=rests_on, error=sum(errors))


def constant(value: float, rests_on: str) -> Number:
    """Return a number in closed form."""
    return Number(value=value, basis="proved", rests_on=rests_on)
