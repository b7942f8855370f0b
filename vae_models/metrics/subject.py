"""What is measured: a trained model, one split of its data, and what several metrics share, computed once."""

import dataclasses
import functools
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from vae_models.config import RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.flow_posterior import FlowPosterior, with_gaussian_posterior
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.metrics.classifier import Classifier, train_classifier
from vae_models.metrics.codes import Codes, as_trained, encode, infer, moments, refinement_of
from vae_models.metrics.frechet import Made
from vae_models.metrics.mixture import MixtureCodes, draw_mixture, infer_mixture
from vae_models.metrics.rate import RateSplit, quadrature_rate_split, rate_split
from vae_models.model import Likelihood, Model
from vae_models.networks.mixture import MixturePosterior
from vae_models.objectives.ar_elbo import ProfiledReconstruction, profiled_variance
from vae_models.posterior import Posterior
from vae_models.records import MetricRecord, Split
from vae_models.seeds import derived_seed
from vae_models.validation import require_count
from variational.errors import InvalidInputError, VaeproofError

NO_SPREAD = -690.0  # log variance of a point where a metric only adds variances: 1e-300


class NotApplicableError(VaeproofError):
    """A metric has no meaning for this model or these data; the message says why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How a model is measured.

    Attributes:
        split: Of the data.
        k: Importance weights for each x.
        draws: Of q(z|x) for each x in the parts of the ELBO.
        samples: Decoded draws of the prior, and pairs of codes to interpolate.
        batch_size: x at a time; no value depends on it.
        inception: File of the published weights of the Inception network, for a FID.
        seed: Of all draws.
    """

    split: Split
    k: int = 500
    draws: int = 1
    samples: int = 10_000
    batch_size: int = 500
    inception: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse counts below one, or below two samples."""
        for name in ("k", "draws", "batch_size"):
            require_count(name, getattr(self, name))
        require_count("samples", self.samples, least=2)
        require_count("seed", self.seed, least=0)


class _PointEncoder(nn.Module):
    """The mean of q(z|x) and no spread: the code of an objective that decodes means."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, data: Tensor) -> Posterior:
        mean = self.encoder(data).mean
        return Posterior(mean, mean.new_full((1, 1), -math.inf))


class Subject:
    """A model and the split it is measured on.

    Args:
        model: In evaluation mode, on the device.
        objective: It was trained with; says whether codes are points and variances profiled.
        config: Of the run.
        data: All splits.
        options: How it is measured.

    Raises:
        InvalidInputError: The data have no such split.
    """

    def __init__(self, model: Model, objective: object, *, config: RunConfig, data: DataSet, options: Options) -> None:
        """Keep the parts."""
        part: Part | None = getattr(data, options.split)
        if part is None:
            msg = f"split must be one that {data.name} has, got {options.split!r}"
            raise InvalidInputError(msg)
        self.part, self.data, self.config, self.options = part, data, config, options
        self.trained, self.objective = model, objective
        tensor = next(iter(model.state_dict().values()), torch.empty(0))
        self.device = tensor.device
        self.dtype = torch.float64 if config.precision == "float64" else torch.float32

    @property
    def split(self) -> Split:
        """What is measured on."""
        return self.options.split

    def generator(self, purpose: str) -> torch.Generator:
        """Return the generator of one metric: its draws do not depend on which others are measured."""
        return torch.Generator(self.device).manual_seed(derived_seed(self.options.seed, purpose))

    def examples(self, part: Part, *, purpose: str) -> Tensor:
        """Return all x of a split on the device, drawn once where they are drawn in training."""
        held = part.to(self.device)
        everything = torch.arange(len(held), device=self.device)
        return held.take(everything, dtype=self.dtype, generator=self.generator(purpose))

    @functools.cached_property
    def x(self) -> Tensor:
        """All x of the split."""
        return self.examples(self.part, purpose=f"data {self.split}")

    @functools.cached_property
    def training_x(self) -> Tensor:
        """All x of the training data."""
        return self.x if self.split == "train" else self.examples(self.data.train, purpose="data train")

    @property
    def has_tokens(self) -> bool:
        """Whether x are tokens."""
        return self.part.examples.dtype == torch.int64

    @property
    def made(self) -> Made:
        """What is generated to be compared with the data: draws where these are binary, means otherwise."""
        binary = self.config.data.binarisation != "real"
        return "draws" if binary or self.trained.is_autoregressive else "means"

    @functools.cached_property
    def labels(self) -> Tensor:
        """Classes of the x of the split."""
        return self._labels(self.part)

    @functools.cached_property
    def training_labels(self) -> Tensor:
        """Classes of the training data."""
        return self._labels(self.data.train)

    def _labels(self, part: Part) -> Tensor:
        if part.labels is None:
            msg = "the data have no labels"
            raise NotApplicableError(msg)
        return part.labels.to(self.device)

    @functools.cached_property
    def codes_are_points(self) -> bool:
        """Whether the objective decodes the mean of q(z|x), or q(z|x) has variance zero."""
        if getattr(self.objective, "code", "draw") == "mean":
            return True
        return not self.has_classes and bool(torch.isneginf(self._first_posterior.log_variance).any())

    @functools.cached_property
    def has_classes(self) -> bool:
        """Whether q(y, z|x) has a class y beside z."""
        return isinstance(self._first_posterior, MixturePosterior)

    @functools.cached_property
    def has_flow(self) -> bool:
        """Whether z is a Gaussian moved by a flow."""
        return isinstance(self._first_posterior, FlowPosterior)

    @functools.cached_property
    def _first_posterior(self) -> Posterior | MixturePosterior:
        with torch.no_grad():
            found: Posterior | MixturePosterior = self.trained.encoder(self.x[:1])
        return found

    @functools.cached_property
    def profiled(self) -> ProfiledReconstruction | None:
        """The part of the objective that profiles the variance of the likelihood, if it has one."""
        if not isinstance(self.objective, nn.Module):
            return None
        parts = (part for part in self.objective.modules() if isinstance(part, ProfiledReconstruction))
        return next(parts, None)

    def named(self, record: MetricRecord) -> MetricRecord:
        """Return a record of a number that q(z|x) has a part in, with its estimator saying so where it is refined."""
        refinement = refinement_of(self.objective)
        if refinement is None:
            return record
        return dataclasses.replace(record, estimator=f"{record.estimator}; {refinement.description}")

    @functools.cached_property
    def model(self) -> Model:
        """The model as it is meant: codes that are points, the variance that the training data give."""
        points = self.codes_are_points
        model = as_trained(self.trained, self.objective, seed=derived_seed(self.options.seed, "refinement"))
        encoder = _PointEncoder(model.encoder) if points else model.encoder
        found = Model(encoder=encoder, decoder=model.decoder, prior=model.prior, likelihood=model.likelihood)
        if self.profiled is not None and self.profiled.parameterisation in {"Iso-I", "Diag-I"}:
            found.likelihood = self._profiled_likelihood(found, self.profiled)
        return found.eval()

    @functools.cached_property
    def gaussian_model(self) -> Model:
        """The model in coordinates in which q(z|x) is Gaussian; what it says of the data is the same.

        With a flow these are those of u in z = T(u), and the prior is in double precision, as codes are.
        """
        return with_gaussian_posterior(self.model).eval()

    @torch.no_grad()
    def _profiled_likelihood(self, model: Model, part: ProfiledReconstruction) -> Likelihood:
        x, size = self.training_x, self.options.batch_size
        latent = infer(model, x, batch_size=size).sample(generator=self.generator("profiled variance"))
        rows = zip(torch.split(x, size), torch.split(latent, size), strict=True)
        total = torch.stack(
            [(part - model.likelihood.mean(model.decode(z, part))).double().square().sum(dim=0) for part, z in rows]
        )
        mean_square = total.sum(dim=0, keepdim=True) / len(x)
        value = profiled_variance(mean_square, parameterisation=part.parameterisation, floor=part.floor)
        if not isinstance(model.likelihood, GaussianLikelihood):
            msg = f"the variance is profiled, but the likelihood is no Gaussian: {model.likelihood!r}"
            raise NotApplicableError(msg)
        profiled = GaussianLikelihood(variance=FixedVariance(value), activation=model.likelihood.activation)
        return profiled.to(self.device)

    @functools.cached_property
    def mixture_codes(self) -> MixtureCodes:
        """q(y, z|x) and one draw of z of each x."""
        posterior = infer_mixture(self.model, self.x, batch_size=self.options.batch_size)
        return draw_mixture(posterior, generator=self.generator(f"codes {self.split}"))

    @functools.cached_property
    def codes(self) -> Codes:
        """q(z|x) and one draw of each x, where q(z|x) has a density: in the coordinates of ``gaussian_model``."""
        if self.has_classes:
            msg = "codes have classes, and the metric is for one Gaussian q(z|x)"
            raise NotApplicableError(msg)
        if self.codes_are_points:
            msg = "codes are points: q(z|x) has no density"
            raise NotApplicableError(msg)
        return encode(
            self.gaussian_model,
            self.x,
            batch_size=self.options.batch_size,
            generator=self.generator(f"codes {self.split}"),
        )

    @functools.cached_property
    def rate(self) -> RateSplit:
        """The rate and its parts from the draws of ``codes``."""
        return rate_split(self.codes, self.gaussian_model.prior, split=self.split)

    @functools.cached_property
    def rate_by_quadrature(self) -> RateSplit | str | None:
        """The same by quadrature, or why there is none; None with more than two coordinates."""
        if self.codes.posterior.latent_dim > 2:
            return None
        try:
            return quadrature_rate_split(self.codes.posterior, self.gaussian_model.prior, split=self.split)
        except InvalidInputError as error:
            return str(error)

    @functools.cached_property
    def places(self) -> Codes:
        """Draws, means and variances of z, or points in their stead, for metrics that ask for no density."""
        if self.has_classes:
            return self.mixture_codes.as_gaussian()
        return self.places_of(self.x) if self.codes_are_points or self.has_flow else self.codes

    def places_of(self, x: Tensor) -> Codes:
        """Return the codes of some x, or points."""
        size = self.options.batch_size
        if self.has_classes:
            posterior = infer_mixture(self.model, x, batch_size=size)
            return draw_mixture(posterior, generator=self.generator("codes")).as_gaussian()
        if self.has_flow:
            return moments(infer(self.model, x, batch_size=size), batch_size=size, generator=self.generator("codes"))
        if not self.codes_are_points:
            return encode(self.model, x, batch_size=size, generator=self.generator("codes"))
        mean = infer(self.model, x, batch_size=size).mean.double()
        return Codes(posterior=Posterior(mean, torch.full_like(mean, NO_SPREAD)), latent=mean)

    def prior_draws(self, count: int, *, purpose: str, dtype: torch.dtype) -> Tensor:
        """Return draws of the prior."""
        with torch.no_grad():
            drawn = self.model.prior.sample(count, generator=self.generator(purpose))
        return drawn.to(dtype=dtype, device=self.device)

    @functools.cached_property
    def classifier(self) -> Classifier:
        """A classifier trained on the training data."""
        if self.has_tokens:
            msg = "x are tokens, and the classifier needs numbers"
            raise NotApplicableError(msg)
        held_out = None if self.split == "train" else (self.x, self.labels)
        return train_classifier(self.training_x, self.training_labels, held_out=held_out, seed=self.options.seed)
