"""The metrics by name, of linear-Gaussian models whose numbers are known, and why some do not apply."""

import dataclasses
import itertools
import math

import pytest
import torch

from tests.vae_models.metrics.gaussians import SIGMAS, aggregate_kl, case
from tests.vae_models.metrics.test_mixture import doubled
from tests.vae_models.toys import DOUBLE, normal
from vae_models.config import DataConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.flow_posterior import FlowPosterior
from vae_models.metrics.classifier import train_classifier
from vae_models.metrics.subject import NotApplicableError, Options, Subject
from vae_models.metrics.suite import METRICS, Measured, measure
from vae_models.networks.flows import RealNVP
from vae_models.objectives.ar_elbo import ar_elbo
from vae_models.objectives.autoencoders import autoencoder
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from vae_models.settings.objectives import NCVAEConfig
from variational.errors import InvalidInputError

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
COUNT = 200


def config_of(**fields):
    return RunConfig(**{"preset": "digits", "epochs": 1, "precision": "float64", "batch_size": 20} | fields)


def subject_of(seed=0, *, objective=None, labels=True, options=None, config=None, count=COUNT):
    """Return the subject of a linear model, its matrices and the law of its data."""
    linear, model, data, covariance, _ = case(seed, 2 * count)
    classes = (torch.arange(2 * count) % 3) if labels else None
    parts = [
        Part(examples=data[rows], labels=None if classes is None else classes[rows])
        for rows in (slice(count), slice(count, None))
    ]
    held = DataSet(name="linear", train=parts[0], validation=parts[1], test=parts[1])
    chosen = Options(**{"split": "test", "samples": 300, "k": 20, "batch_size": 50} | (options or {}))
    subject = Subject(model, objective or elbo(), config=config or config_of(), data=held, options=chosen)
    if labels:  # a short training, as the tests measure no accuracy
        subject.classifier = train_classifier(data[:count], classes[:count], widths=(8, 4), steps=5)
    return subject, linear, covariance


def values(subject, name):
    return {record.name: record for record in measure(subject, name).records}


def test_every_metric_of_a_linear_model_gives_numbers_or_says_why_not():
    subject, _, _ = subject_of()
    found = {name: measure(subject, name) for name in METRICS}
    assert all(each.records or each.reasons for each in found.values())
    without = {name for name, each in found.items() if not each.records}
    assert without == {"test-priors", "inverse-lipschitz", "components", "semi-supervised", "separation"}
    assert "1000 of 200" in found["semi-supervised"].reasons[0]
    for each in found.values():
        assert all(record.split == "test" and math.isfinite(record.value) for record in each.records)


def test_information_in_batches_has_the_cap_of_each_size_and_rises_with_it():
    subject, _, _ = subject_of(count=1024)
    found = measure(subject, "information-by-batch").records
    sizes = [int(record.name.removeprefix("mutual_information_in_batches_of_")) for record in found]
    assert sizes == [4, 16, 64, 256]
    for size, record in zip(sizes, found, strict=True):
        assert record.value <= record.cap == pytest.approx(math.log(size))
        assert record.estimator.startswith(f"in batches of {size},")
    for smaller, larger in itertools.pairwise(found):
        assert smaller.value < larger.value + SIGMAS * (larger.error + smaller.error)
    few, _, _ = subject_of(count=100)
    measured = measure(few, "information-by-batch")
    assert [record.samples for record in measured.records] == [100, 96, 64]
    assert measured.reasons == ("there are 100 x, too few for a batch of 256",)


def test_in_the_plane_the_aggregate_is_found_by_quadrature_too():
    subject, _, _ = subject_of()
    drawn, exact = (record for record in measure(subject, "rate").records if record.name == "aggregate_kl")
    assert exact.estimator.startswith("trapezoidal rule")
    assert abs(drawn.value - exact.value) < SIGMAS * drawn.error


def test_numbers_are_the_closed_forms_and_the_rate_is_the_sum_of_its_parts():
    subject, linear, covariance = subject_of(count=1500)
    parts = values(subject, "elbo")
    assert abs(parts["kl"].value - linear.kl(subject.x).item()) < 1e-9
    assert (
        abs(parts["reconstruction"].value - linear.reconstruction(subject.x).item())
        < SIGMAS * parts["reconstruction"].error
    )
    rate = {r.name: r for r in measure(subject, "rate").records if r.estimator.startswith("full data")}
    full = next(r for r in measure(subject, "information").records if r.estimator.startswith("full data"))
    assert rate["rate"].value == pytest.approx(full.value + rate["aggregate_kl"].value, abs=1e-9)
    assert (
        abs(rate["aggregate_kl"].value - aggregate_kl(linear, covariance)) < 0.1 + SIGMAS * rate["aggregate_kl"].error
    )


def test_all_four_estimators_of_information_are_there_and_in_order():
    subject, _, _ = subject_of()
    found = measure(subject, "information").records
    named = {record.estimator.split(",")[0]: record for record in found if record.name == "mutual_information"}
    kinds = {name.split(" ")[0] for name in named}
    assert kinds == {"in", "full", "trapezoidal", "leave-one-out"}
    assert named["in batches of 20"].cap == pytest.approx(math.log(20))
    assert named["full data"].cap == pytest.approx(math.log(COUNT))
    assert named["in batches of 20"].value < named["full data"].value < named["leave-one-out"].value


@pytest.mark.parametrize("name", ["elbo", "iw-nll", "variances", "smoothness", "frechet", "class-mismatch", "log-det"])
def test_no_number_depends_on_the_batch_size(name):
    first, second = (values(subject_of(options={"batch_size": size})[0], name) for size in (7, 1000))
    assert first.keys() == second.keys() != set()
    for key, record in first.items():
        # the draws of the importance weights are those of a batch
        assert record.value == pytest.approx(second[key].value, rel=0.05 if name == "iw-nll" else 1e-9)


def test_a_metric_has_the_same_draws_whatever_else_is_measured():
    alone = measure(subject_of()[0], "mmd")
    subject, _, _ = subject_of()
    for name in ("elbo", "frechet", "information"):
        measure(subject, name)
    assert measure(subject, "mmd") == alone
    other = measure(subject_of(options={"seed": 1})[0], "mmd")
    assert other.records[0].value != alone.records[0].value


def test_codes_that_are_points_have_an_error_and_no_density():
    subject, linear, _ = subject_of(objective=autoencoder())
    found = measure(subject, "elbo")
    mean = (subject.x @ linear.A.T + linear.a) @ linear.W.T + linear.b
    expected = (subject.x - mean).square().sum(dim=1).mean().item()
    named = {record.name: record.value for record in found.records}
    assert named["squared_error_squared_units"] == pytest.approx(expected)
    assert named.keys() == {"squared_error_squared_units", "reconstruction"}
    assert found.reasons == ("codes are points: KL(q(z|x)||p) is infinite",)
    for name in ("rate", "information", "iw-nll"):
        assert measure(subject, name).reasons[0].startswith("codes are points")
    covariance = torch.cov((subject.x @ linear.A.T).T)
    for record in measure(subject, "log-det").records:
        assert record.value == pytest.approx(torch.logdet(covariance).item() / 2)
    assert {"active-units", "mmd", "frechet"} <= {name for name in METRICS if measure(subject, name).records}


def test_the_variance_of_the_posterior_is_that_of_the_encoder_and_points_have_none():
    subject, _, _ = subject_of()
    (record,) = measure(subject, "posterior-variance").records
    expected = subject.model.encoder(subject.x).log_variance.exp().mean().item()
    assert record.value == pytest.approx(expected)
    points, _, _ = subject_of(objective=autoencoder())
    assert "codes are points" in measure(points, "posterior-variance").reasons[0]


def test_draws_of_a_mixture_of_codes_are_nearer_to_the_data_than_those_of_a_prior_that_does_not_fit():
    subject, _, _ = subject_of(options={"samples": 2000})
    subject.trained.prior.variance = 25.0
    distances = {name: values(subject, name) for name in ("frechet", "frechet-mixture")}
    fitted = distances["frechet-mixture"]["frechet_distance_own_features_mixture_10_squared_units"]
    prior = distances["frechet"]["frechet_distance_own_features_prior_squared_units"]
    assert fitted.value < prior.value / 2


def test_a_deterministic_encoder_is_told_by_its_variance():
    subject, _, _ = subject_of()
    encoder = subject.trained.encoder
    encoder.kind = lambda mean, _: Posterior(mean, torch.full((1, 1), -math.inf, **DOUBLE))
    assert subject.codes_are_points


@pytest.mark.parametrize("which", ["Iso-I", "Diag-I"])
def test_a_profiled_variance_is_that_of_the_training_data(which):
    subject, _, _ = subject_of(objective=ar_elbo(parameterisation=which))
    variance = subject.model.likelihood.variance.log_variance.exp().reshape(-1)
    plain, _, _ = subject_of(options={"split": "train"})
    parts = torch.arange(3).expand(COUNT, 3)
    x, model = plain.x, plain.model
    latent = model.encoder(x).sample(generator=subject.generator("profiled variance"))
    squares = (x - model.likelihood.mean(model.decoder(latent))).square().mean(dim=0)
    assert parts.shape == x.shape
    expected = squares.mean().reshape(1) if which == "Iso-I" else squares
    torch.testing.assert_close(variance, expected, rtol=1e-5, atol=1e-5)
    assert measure(subject, "iw-nll").records


def test_a_variance_profiled_for_each_x_has_no_likelihood():
    subject, _, _ = subject_of(objective=ar_elbo(parameterisation="Diag-D"))
    found = measure(subject, "elbo")
    assert {record.name for record in found.records} == {"kl", "squared_error_squared_units"}
    assert "Diag-D is profiled for each x" in found.reasons[0]
    assert "Diag-D is profiled for each x" in measure(subject, "iw-nll").reasons[0]
    assert measure(subject, "variances").records[0].estimator.startswith("Diag-D")


def test_priors_of_nc_vae_change_the_kl_alone_and_the_tuned_one_is_the_best():
    config = config_of(objective=NCVAEConfig(beta=2.0, delta=1.0, noise_scale=3.0))
    subject, linear, _ = subject_of(config=config)
    found, plain = values(subject, "test-priors"), values(subject, "elbo")
    stationary = 9 * 3 / (2 * 9 + 1)
    assert found["kl_prior_f"].value == pytest.approx(linear.kl(subject.x, stationary).item())
    assert found["negative_elbo_prior_f"].value == pytest.approx(
        plain["reconstruction"].value + found["kl_prior_f"].value
    )
    # validation and test data are the same here, so that the tuned prior is the best in the interval
    assert found["kl_prior_tuned"].value <= min(found["kl_prior_f"].value, plain["kl"].value) + 1e-9


def test_other_priors_of_nc_vae_are_for_a_standard_normal_prior_and_gaussian_codes():
    scaled, _, _ = subject_of(config=config_of(objective=NCVAEConfig()))
    scaled.trained.prior = IsotropicPrior(latent_dim=2, variance=4.0).double()
    assert measure(scaled, "test-priors") == Measured(
        records=(), reasons=("the prior of training is not N(0, I), for which f(K, beta, delta) is derived",)
    )
    moved, _, _ = subject_of(config=config_of(objective=NCVAEConfig()))
    moved.data = dataclasses.replace(moved.data, validation=None)
    moved.trained.encoder = Moved(moved.trained.encoder, RealNVP(2, widths=(4,)).double())
    assert measure(moved, "test-priors") == Measured(
        records=(), reasons=("q(z|x) is moved by a flow, so that its KL to another prior has no closed form",)
    )


class Moved(torch.nn.Module):
    """An encoder whose codes go through a flow."""

    def __init__(self, encoder, flow):
        super().__init__()
        self.encoder, self.flow = encoder, flow

    def forward(self, data):
        posterior = self.encoder(data)
        return FlowPosterior(posterior.mean, posterior.log_variance, flow=self.flow)


def test_codes_of_a_second_law_are_told_apart():
    subject, _, _ = subject_of()
    noise = Part(examples=subject.x + 50)
    subject.data = dataclasses.replace(subject.data, noise=noise)
    (found,) = measure(subject, "separation").records
    assert found.value > 0.95
    subject.data = dataclasses.replace(subject.data, noise=Part(examples=subject.x.clone()))
    (found,) = measure(subject, "separation").records
    assert abs(found.value - 0.5) < SIGMAS * found.error


def test_a_model_with_classes_has_the_metrics_of_its_mixture():
    subject, _, _ = subject_of()
    _, _, several, _, _, _ = doubled(0, 2)
    classes = several.encoder(subject.x).log_class.argmax(dim=1)
    data = dataclasses.replace(subject.data, test=Part(examples=subject.x, labels=(classes + 1) % 3))
    held = Subject(several, elbo(), config=subject.config, data=data, options=subject.options)
    held.classifier = subject.classifier
    assert held.has_classes
    found = {name: measure(held, name) for name in METRICS}
    assert {record.name for record in found["elbo"].records} >= {"negative_elbo", "class_kl", "component_kl"}
    assert [record.value for record in found["components"].records] == [1.0, 1.0]  # up to the names of the classes
    total = {record.name: record.value for record in found["rate"].records}
    (full,) = (record for record in found["information"].records if record.estimator.startswith("full data"))
    assert total["rate"] == pytest.approx(full.value + total["aggregate_kl"])
    measured = {name for name, each in found.items() if each.records}
    assert measured >= {"iw-nll", "fisher", "mmd", "log-det", "frechet", "active-units", "class-mismatch"}
    assert found["smoothness"].reasons == (
        "it is defined at the mean of a Gaussian q(z|x); the mean over classes lies between them, off the codes",
    )
    kinds = [record.estimator.split(",")[0].split(" ")[0] for record in found["information"].records]
    assert kinds == ["in", "full", "trapezoidal", "leave-one-out", "least"]
    (variance,) = found["variances"].records
    mean = several.likelihood.mean(several.decoder(held.mixture_codes.latent))
    assert variance.value == pytest.approx((held.x - mean).square().mean().item())


def test_metrics_that_need_classes_say_that_there_are_none():
    subject, _, _ = subject_of(labels=False)
    for name in ("class-mismatch", "semi-supervised"):
        found = measure(subject, name)
        assert found.reasons == ("the data have no labels",)
        assert not found.records
    assert "entries of x" in measure(subject, "frechet").records[0].estimator


def test_each_partition_of_noisy_images_has_its_variance():
    subject, _, _ = subject_of(config=config_of(data=DataConfig(source="noise-partitions")))
    images = normal(3, 60, 1, 4, 2)
    labels = torch.arange(60) % 10
    part = Part(examples=images, labels=labels)
    model = subject.trained
    model.encoder.forward = lambda x: Posterior(torch.zeros(len(x), 2, **DOUBLE), torch.zeros(1, 1, **DOUBLE))
    model.decoder.forward = lambda z: torch.zeros(len(z), 1, 4, 2, **DOUBLE)
    data = DataSet(name="images", train=part, test=part)
    held = Subject(model, ar_elbo(parameterisation="Diag-D"), config=subject.config, data=data, options=subject.options)
    found = measure(held, "variances").records
    small, upper = labels < 5, torch.arange(4) < 2
    expected = [
        images.square()[:, 0][rows][:, columns].mean().item() for rows in (small, ~small) for columns in (upper, ~upper)
    ]
    assert [record.value for record in found] == pytest.approx(expected)


def test_values_that_are_not_finite_are_no_records():
    subject, _, _ = subject_of()
    constant = dataclasses.replace(subject.places, latent=0 * subject.places.latent)
    subject.places = constant
    found = measure(subject, "log-det")
    assert len(found.records) == 1
    assert "is -inf" in found.reasons[0]


def test_a_split_that_the_data_lack_is_named():
    subject, _, _ = subject_of()
    data = dataclasses.replace(subject.data, test=None)
    with pytest.raises(InvalidInputError, match=r"^split must be one that linear has, got 'test'"):
        Subject(subject.trained, elbo(), config=subject.config, data=data, options=subject.options)
    with pytest.raises(InvalidInputError, match=r"^k must"):
        Options(split="test", k=0)
    assert issubclass(NotApplicableError, Exception)
