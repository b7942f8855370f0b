"""The ELBO of models with classes against exact posteriors of linear models, the loop over classes, and the ELBO."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Categorical, MultivariateNormal, kl_divergence

from tests.effort import in_general_position
from tests.vae_models.test_every_objective import LIKELIHOODS, data_for
from tests.vae_models.tiny import make_config
from tests.vae_models.toys import (
    DOUBLE,
    LinearDecoder,
    NoiseVariance,
    batch_of,
    generator,
    gradients,
    normal,
    repeated,
)
from vae_models.data.dataset import Part
from vae_models.engine import Engine
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import TrainedVariance
from vae_models.model import Model
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.networks.mixture import MixtureEncoder, MixturePosterior
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.objectives.elbo import elbo
from vae_models.objectives.mixture import MixtureElbo, decode_by_class, log_class_posterior, mixture_prior
from vae_models.priors import IsotropicPrior, MixturePrior
from vae_models.schedules import LinearRamp
from variational.errors import InvalidInputError

torch.set_num_threads(1)
SEEDS = st.integers(0, 2**31)
CLASSES, LATENT, DATA = 3, 2, 3


class SigmaMixture(MixturePosterior):
    """Draws of each class at the 2 D sigma points in turn: their mean is exact for polynomials of degree three."""

    def sample(self, *, generator=None):  # noqa: ARG002
        points = math.sqrt(LATENT) * torch.cat([torch.eye(LATENT, **DOUBLE), -torch.eye(LATENT, **DOUBLE)])
        chosen = points[torch.arange(len(self.mean)) % (2 * LATENT)]
        return self.mean + torch.exp(self.log_variance / 2) * chosen[:, None]


@dataclasses.dataclass(frozen=True)
class LinearClasses:
    """q(y|x) = softmax(R x), q(z|x,y) = N(A_y x + a_y, diag e^l_y), p(x|z) = N(W z + b, s^2 I), p(z|y) diagonal."""

    R: torch.Tensor
    A: torch.Tensor
    a: torch.Tensor
    log_variances: torch.Tensor
    W: torch.Tensor
    b: torch.Tensor
    log_noise: torch.Tensor
    logits: torch.Tensor
    prior_means: torch.Tensor
    prior_log_variances: torch.Tensor

    @property
    def parameters(self):
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def model(self):
        """Return the model; its prior holds the leaves of the test, so that gradients reach them."""
        prior = MixturePrior(torch.zeros(CLASSES), torch.zeros(CLASSES, LATENT), torch.zeros(CLASSES, LATENT))
        prior.logits, prior.means, prior.log_variances = self.logits, self.prior_means, self.prior_log_variances
        likelihood = GaussianLikelihood(variance=NoiseVariance(self.log_noise))
        return Model(encoder=ClassesEncoder(self), decoder=LinearDecoder(self), prior=prior, likelihood=likelihood)

    def exact(self, data):
        """Return log p(x), p(y|x) and p(z|x, y) by conditioning jointly Gaussian variables, with full covariances."""
        covariances = torch.diag_embed(self.prior_log_variances.exp())
        noise = self.log_noise.exp() * torch.eye(DATA, **DOUBLE)
        given_class = MultivariateNormal(self.prior_means @ self.W.T + self.b, self.W @ covariances @ self.W.T + noise)
        joint = torch.log_softmax(self.logits, dim=0) + given_class.log_prob(data[:, None])
        precision = torch.diag_embed((-self.prior_log_variances).exp()) + self.W.T @ self.W / self.log_noise.exp()
        covariance = torch.linalg.inv(precision)
        natural = self.prior_means * (-self.prior_log_variances).exp()
        natural = natural + ((data - self.b) @ self.W / self.log_noise.exp())[:, None]
        mean = torch.einsum("clk,bck->bcl", covariance, natural)
        return torch.logsumexp(joint, dim=1), Categorical(logits=joint), MultivariateNormal(mean, covariance[None])


class ClassesEncoder(nn.Module):
    def __init__(self, linear):
        super().__init__()
        self.linear = linear

    def forward(self, data):
        log_class = torch.log_softmax(data @ self.linear.R.T, dim=-1)
        mean = torch.einsum("bd,cld->bcl", data, self.linear.A) + self.linear.a
        return SigmaMixture(log_class, mean, self.linear.log_variances[None])


def random_classes(seed):
    shapes = (
        (CLASSES, DATA),
        (CLASSES, LATENT, DATA),
        (CLASSES, LATENT),
        (CLASSES, LATENT),
        (DATA, LATENT),
        (DATA,),
        (),
        (CLASSES,),
        (CLASSES, LATENT),
        (CLASSES, LATENT),
    )
    return LinearClasses(*(normal(seed + place, *shape).requires_grad_() for place, shape in enumerate(shapes)))


@in_general_position
@given(seed=SEEDS)
def test_the_loss_is_the_log_likelihood_plus_the_divergence_from_the_exact_posterior(seed):
    linear, data = random_classes(seed), normal(seed + 20, 4, DATA)
    terms = MixtureElbo()(linear.model(), batch_of(repeated(data, LATENT)))
    log_likelihood, classes, given_class = linear.exact(data)
    posterior = linear.model().encoder(data)
    variances = posterior.log_variance.expand(posterior.mean.shape).exp()
    of_codes = kl_divergence(MultivariateNormal(posterior.mean, torch.diag_embed(variances)), given_class)
    of_classes = kl_divergence(Categorical(logits=posterior.log_class), classes)
    expected = (-log_likelihood + of_classes + (posterior.log_class.exp() * of_codes).sum(dim=1)).mean()
    torch.testing.assert_close(terms.loss, expected)
    wanted = gradients(expected, linear.parameters)
    for ours, theirs in zip(gradients(terms.loss, linear.parameters), wanted, strict=True):
        torch.testing.assert_close(ours, theirs)


@in_general_position
@given(seed=SEEDS, beta=st.floats(0.0, 5.0))
def test_the_parts_are_the_enumeration_of_the_classes(seed, beta):
    linear, data = random_classes(seed), repeated(normal(seed + 20, 3, DATA), LATENT)
    model = linear.model()
    terms = MixtureElbo(beta=beta)(model, batch_of(data))
    posterior = model.encoder(data)
    weights, latent = posterior.log_class.exp(), posterior.sample()
    prior_weights = torch.softmax(linear.logits, dim=0)
    expected = {"reconstruction": 0.0, "class_kl": 0.0, "component_kl": 0.0}
    for y in range(CLASSES):
        log_density = model.likelihood.log_density(model.decoder(latent[:, y]), data)
        ours = MultivariateNormal(posterior.mean[:, y], torch.diag_embed(linear.log_variances[y].exp())[None])
        theirs = MultivariateNormal(linear.prior_means[y], torch.diag_embed(linear.prior_log_variances[y].exp()))
        expected["reconstruction"] -= (weights[:, y] * log_density).mean()
        expected["class_kl"] += (weights[:, y] * (weights[:, y] / prior_weights[y]).log()).mean()
        expected["component_kl"] += (weights[:, y] * kl_divergence(ours, theirs)).mean()
    for name, value in expected.items():
        torch.testing.assert_close(terms.parts[name], value.detach())
    loss = expected["reconstruction"] + beta * (expected["class_kl"] + expected["component_kl"])
    torch.testing.assert_close(terms.loss, loss)
    for ours, theirs in zip(gradients(terms.loss, linear.parameters), gradients(loss, linear.parameters), strict=True):
        torch.testing.assert_close(ours, theirs)


class FlatTrunk(nn.Module):
    def __init__(self, data_shape):
        super().__init__()
        self.data_shape, self.features = data_shape, math.prod(data_shape)

    def forward(self, data):
        return data.flatten(1)


@pytest.mark.parametrize(
    "decoder",
    [
        BrenierDecoder(LATENT, (2, 3), widths=(4, 4), generator=generator()).double(),
        BrenierDecoder(LATENT, (2, 1), widths=(4, 4), generator=generator()).double(),
        MLP((LATENT,), (2, 3), widths=(4,), generator=generator()).double(),
    ],
    ids=["IL-LIDMVAE l < t", "IL-LIDMVAE l = t", "GMVAE"],
)
def test_decoding_all_classes_at_once_is_the_loop_with_its_gradients(decoder):
    data, latent = normal(3, 4, *decoder.output_shape), normal(4, 4, CLASSES, LATENT)
    prior, likelihood = IsotropicPrior(latent_dim=LATENT), GaussianLikelihood()
    model = Model(encoder=nn.Identity(), decoder=decoder, prior=prior, likelihood=likelihood)
    batched = decode_by_class(model, latent, data)
    looped = [likelihood.log_density(decoder(latent[:, y]), data) for y in range(CLASSES)]
    torch.testing.assert_close(batched, torch.stack(looped, dim=1))
    weights, parameters = normal(5, 4, CLASSES), list(decoder.parameters())
    summed = sum((weights[:, y] * each).sum() for y, each in enumerate(looped))
    for one, other in zip(gradients((weights * batched).sum(), parameters), gradients(summed, parameters), strict=True):
        torch.testing.assert_close(one, other)


def one_class(head, prior):
    trunk = mlp_trunk((DATA,), widths=(4,), generator=generator(1))
    decoder = MLP((LATENT,), (DATA,), widths=(4,), generator=generator(2))
    encoder = head(trunk)
    return Model(encoder=encoder, decoder=decoder, prior=prior, likelihood=GaussianLikelihood()).double()


def test_with_one_class_it_is_the_elbo():
    data = normal(3, 5, DATA)
    several = one_class(
        lambda trunk: MixtureEncoder(trunk, latent_dim=LATENT, classes=1),
        MixturePrior(torch.zeros(1), torch.zeros(1, LATENT), torch.zeros(1, LATENT)),
    )
    single = one_class(lambda trunk: Encoder(trunk, DiagonalHead(4, LATENT)), IsotropicPrior(latent_dim=LATENT))
    single.encoder.head.layer.load_state_dict(several.encoder.component_layer.state_dict())
    found = MixtureElbo(beta=2.0)(several, batch_of(data, seed=7))
    expected = elbo(beta=2.0)(single, batch_of(data, seed=7))
    torch.testing.assert_close(found.loss, expected.loss)
    shared = [list(model.decoder.parameters()) for model in (several, single)]
    for ours, theirs in zip(gradients(found.loss, shared[0]), gradients(expected.loss, shared[1]), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("kind", ["MLP", "Brenier"])
@in_general_position
@given(
    likelihood_name=st.sampled_from(sorted(LIKELIHOODS.keys() - {"categorical"})),
    shape=st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3)),
    latent=st.integers(1, 3),
    classes=st.integers(1, 3),
    count=st.integers(1, 3),
    seed=st.integers(0, 2**31),
)
def test_every_likelihood_has_a_finite_loss_and_gradient(kind, likelihood_name, shape, latent, classes, count, seed):
    torch.manual_seed(seed)
    likelihood = LIKELIHOODS[likelihood_name](shape)
    decoded = likelihood.parameter_shape(shape)
    if kind == "Brenier" and latent > math.prod(decoded):
        return
    make = MLP if kind == "MLP" else BrenierDecoder
    first, rest = ((latent,), decoded) if kind == "MLP" else (latent, decoded)

    model = Model(
        encoder=MixtureEncoder(FlatTrunk(shape), latent_dim=latent, classes=classes),
        decoder=make(first, rest, widths=(4, 4)),
        prior=mixture_prior(classes, latent),
        likelihood=likelihood,
    ).double()
    objective = MixtureElbo(beta=LinearRamp(steps=4, start=0.5))
    terms = objective(model, batch_of(data_for(likelihood_name, shape, count, seed), step=2))
    assert terms.loss.isfinite()
    weights = objective.weights(2)
    assert weights == {"reconstruction": 1.0, "class_kl": 0.75, "component_kl": 0.75}
    torch.testing.assert_close(terms.loss.detach(), sum(weights[name] * part for name, part in terms.parts.items()))
    terms.loss.backward()
    assert all(weight.grad.isfinite().all() for weight in model.parameters() if weight.grad is not None)
    assert all(weight.grad is not None for weight in (*model.encoder.parameters(), model.prior.means))


@pytest.mark.parametrize("strength", [None, 1.0], ids=["GMVAE", "IL-LIDMVAE"])
def test_training_finds_the_two_components(strength):
    labels = torch.arange(400) % 2
    data = torch.randn(400, 2, generator=generator()) * 0.5 + 10.0 * labels[:, None]
    torch.manual_seed(0)
    if strength is None:
        decoder = MLP((2,), (2,), widths=(10, 10))
    else:
        decoder = BrenierDecoder(2, (2,), widths=(10, 10), strength=strength)
    model = Model(
        encoder=MixtureEncoder(mlp_trunk((2,), widths=(16,)), latent_dim=2, classes=2),
        decoder=decoder,
        prior=mixture_prior(2, 2),
        likelihood=GaussianLikelihood(variance=TrainedVariance()),
    )
    config = make_config(batch_size=50, optimiser={"learning_rate": 1e-2})
    engine = Engine(model, MixtureElbo(), Part(examples=data), config=config)
    first = engine.step().loss
    for _ in range(300):
        terms = engine.step()
    assert terms.loss < first / 2
    chosen = log_class_posterior(model, data, batch_size=150).argmax(dim=1)
    agree = (chosen == labels).double().mean()
    assert max(agree, 1 - agree) > 0.99


@pytest.mark.parametrize(("trained", "weights"), [(True, False), (True, True), (False, False), (False, True)])
def test_of_the_prior_is_trained_what_is_asked_for(trained, weights):
    prior = mixture_prior(3, 2, trained=trained, trained_weights=weights)
    assert (prior.means.requires_grad, prior.log_variances.requires_grad) == (trained, trained)
    assert prior.logits.requires_grad == weights
    torch.testing.assert_close(prior.logits.softmax(dim=0), torch.full((3,), 1 / 3))


def test_wrong_parts_are_named():
    data = normal(0, 2, DATA)
    plain = one_class(lambda trunk: Encoder(trunk, DiagonalHead(4, LATENT)), mixture_prior(1, LATENT))
    with pytest.raises(InvalidInputError, match=r"^encoder must give a MixturePosterior, .*, got Posterior$"):
        MixtureElbo()(plain, batch_of(data))
    with pytest.raises(InvalidInputError, match=r"^encoder must give a MixturePosterior"):
        log_class_posterior(plain, data)
    for prior, got in ((mixture_prior(3, LATENT), "3 components"), (IsotropicPrior(latent_dim=2), "IsotropicPrior")):
        model = one_class(lambda trunk: MixtureEncoder(trunk, latent_dim=LATENT, classes=2), prior)
        with pytest.raises(InvalidInputError, match=f"^prior must be a MixturePrior of the 2 classes .*, got {got}$"):
            MixtureElbo()(model, batch_of(data))
    with pytest.raises(InvalidInputError, match=r"^beta must"):
        MixtureElbo(beta=-1.0)
    with pytest.raises(InvalidInputError, match=r"^beta must settle within total_steps=3"):
        MixtureElbo(beta=LinearRamp(steps=4)).require_settled(total_steps=3)
