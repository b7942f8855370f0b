"""The critic of WGAN-GP against closed forms, and adversaries in the engine against two optimisers by hand."""

import copy
import functools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.test_divergences import pass_of
from tests.vae_models.test_engine import assert_same_weights
from tests.vae_models.tiny import LATENT, Elbo, make_config, make_data, make_model
from tests.vae_models.toys import DOUBLE, generator, gradients, normal
from vae_models.config import OptimiserConfig
from vae_models.data.dataset import Part
from vae_models.divergences.adversarial import JensenShannon, make_discriminator
from vae_models.divergences.wasserstein import CriticLoss, Wasserstein
from vae_models.engine import Engine
from vae_models.objective import Batch
from vae_models.objectives.info_vae import aae, info_vae
from vae_models.order import Order
from vae_models.seeds import derived_seed
from vae_models.state import flatten, unflatten
from vae_models.world import World
from variational.errors import InvalidInputError

torch.set_num_threads(1)
SEEDS = st.integers(0, 2**31)


def linear_critic(weight):
    critic = nn.Linear(len(weight), 1).double()
    with torch.no_grad():
        critic.weight.copy_(weight[None])
    return critic


@in_general_position
@given(seed=SEEDS, dim=st.integers(1, 3), penalty=st.floats(0.0, 20.0))
def test_of_a_linear_critic_the_distance_and_the_penalty_are_closed_forms(seed, dim, penalty):
    weight, latent = normal(seed, dim), normal(seed + 1, 5, dim).requires_grad_()
    critic = linear_critic(weight)
    draws = torch.randn(5, dim, generator=generator(), **DOUBLE)  # those of the prior, from the seed of the batch
    shift = (draws - latent).mean(dim=0)
    part = Wasserstein(critic=critic, penalty=penalty)
    found = part(pass_of(latent))
    torch.testing.assert_close(found, shift @ weight)
    torch.testing.assert_close(gradients(found, latent)[0], (-weight / 5).expand(5, dim))
    loss = part.opponent()(pass_of(latent))
    norm = weight.norm()
    torch.testing.assert_close(loss, -shift @ weight + penalty * (norm - 1) ** 2)
    slope = -shift.detach() + 2 * penalty * (norm - 1) * weight / norm
    torch.testing.assert_close(gradients(loss, critic.weight)[0][0], slope)
    with torch.no_grad():
        torch.testing.assert_close(part.opponent()(pass_of(latent)), loss)


def test_codes_and_critic_learn_each_from_their_own_part():
    critic = make_discriminator(2, width=5, layers=2).double()
    latent = normal(0, 6, 2).requires_grad_()
    passed, parameters = pass_of(latent), tuple(critic.parameters())
    distance, loss = Wasserstein(critic=critic)(passed), CriticLoss(critic=critic)(passed)
    assert all(slope.abs().max() == 0 for slope in gradients(distance, parameters))
    assert gradients(distance, (latent,))[0].abs().max() > 0
    assert gradients(loss, (latent,))[0].abs().max() == 0
    assert all(slope.abs().max() > 0 for slope in gradients(loss, parameters[:-1]))  # a constant changes nothing


def test_the_slope_is_held_between_codes_and_draws():
    class Bent(nn.Module):
        """Slope 3 where |z| > 1.5 and 1 elsewhere."""

        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones((), **DOUBLE))

        def forward(self, points):
            return self.scale * (points + 2 * torch.relu(points.abs() - 1.5)).sum(dim=1, keepdim=True)

    near, far = torch.full((200, 1), 0.5, **DOUBLE), torch.full((200, 1), 100.0, **DOUBLE)
    distances = []
    for latent in (near, far):
        passed = pass_of(latent)
        passed.batch.generator.manual_seed(0)
        loss = CriticLoss(critic=Bent(), penalty=10.0)(passed)
        passed.batch.generator.manual_seed(0)
        without = CriticLoss(critic=Bent(), penalty=0.0)(passed)
        distances.append((loss - without).item() / 10)
    assert distances[0] < 0.4  # a few draws beyond 1.5
    assert 3.8 < distances[1] < 4.0  # nearly all places between 0 and 100 have slope 3


def test_a_trained_critic_gives_the_distance_of_two_gaussians():
    torch.manual_seed(0)
    critic, shift = make_discriminator(2, width=16, layers=1).double(), torch.tensor([2.0, 0.0], **DOUBLE)
    part = Wasserstein(critic=critic)
    optimiser = torch.optim.Adam(critic.parameters(), 1e-2)
    for step in range(150):
        loss = part.opponent()(pass_of(normal(step, 200, 2) + shift, seed=step + 1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = part(pass_of(normal(1000, 4000, 2) + shift, seed=1001)).item()
    assert 1.7 < found < 2.3  # W_1(N((2, 0), I), N(0, I)) = 2; slopes may exceed one by a tenth at this penalty


DIVERGENCES = {
    "Jensen-Shannon": lambda network: JensenShannon(discriminator=network, saturating=False),
    "Wasserstein": lambda network: Wasserstein(critic=network),
}
AGAINST = {"adversary_rate": 3e-3, "adversary_betas": (0.5, 0.9), "adversary_updates": 3}


def make_objective(name="Jensen-Shannon"):
    torch.manual_seed(1)
    return info_vae(alpha=1.0, scale=2.0, divergence=DIVERGENCES[name](make_discriminator(LATENT, width=6, layers=2)))


@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize("name", sorted(DIVERGENCES))
def test_the_steps_are_those_of_two_optimisers_in_turn(name, clip_norm):
    settings = {"learning_rate": 1e-2, "betas": (0.8, 0.99), "clip_norm": clip_norm, **AGAINST}
    config = make_config(optimiser=settings, precision="float64", seed=3)
    data, model, objective = make_data(), make_model(), make_objective(name)
    by_hand, theirs = copy.deepcopy(model).double(), copy.deepcopy(objective).double()
    engine = Engine(model, objective, data.train, config=config)
    losses = [engine.step().loss.item() for _ in range(10)]

    network = list(theirs.parts[-1].parameters())
    players = [
        (torch.optim.Adam(network, 3e-3, (0.5, 0.9)), network),
        (torch.optim.Adam(by_hand.parameters(), 1e-2, (0.8, 0.99)), list(by_hand.parameters())),
    ]
    draws = torch.Generator().manual_seed(derived_seed(3, "draws", 0))
    order, expected = Order(count=len(data.train), batch_size=8, seed=3), []
    for step in range(10):
        epoch, place = divmod(step, order.batches)
        batches = order.epoch(epoch, device=torch.device("cpu"))
        for turn in range(3):
            last = turn == 2
            index = batches[place if last else int(torch.randint(len(batches), (), generator=draws))]
            batch = Batch(data=data.train.examples[index].double(), index=index, step=step, generator=draws)
            loss = theirs(by_hand, batch).loss
            by_hand.zero_grad()
            theirs.zero_grad()
            loss.backward()
            for optimiser, weights in players[: 1 + last]:
                if clip_norm is not None:
                    torch.nn.utils.clip_grad_norm_(weights, clip_norm)
                optimiser.step()
        expected.append(loss.item())
    torch.testing.assert_close(losses, expected)
    for ours, other in ((model, by_hand), (objective, theirs)):
        for key, tensor in other.state_dict().items():
            torch.testing.assert_close(ours.state_dict()[key], tensor, msg=key)


@pytest.mark.parametrize("name", sorted(DIVERGENCES))
@pytest.mark.parametrize("steps", [0, 3, 9])
def test_going_on_from_a_state_is_bit_for_bit(name, steps):
    config = make_config(optimiser=AGAINST)
    engine = Engine(make_model(dropout=0.3), make_objective(name), make_data().train, config=config)
    for _ in range(steps):
        engine.step()
    tensors, plain = flatten(engine.state())
    before = [engine.step().loss.item() for _ in range(9)]
    other = Engine(make_model(seed=5, dropout=0.3), make_objective(name), make_data().train, config=config)
    other.load_state(unflatten(tensors, plain))
    assert [other.step().loss.item() for _ in range(9)] == before
    assert_same_weights(engine.model, other.model)
    assert_same_weights(engine.objective, other.objective)


def distance_after(name, *, scale):
    """Return how far mean and deviation of the codes are from those of the prior, before and after training."""
    torch.manual_seed(0)
    data = torch.randn(400, 4, generator=generator()) * 0.5 + 3.0
    network = make_discriminator(LATENT, width=16, layers=2)
    objective = info_vae(alpha=1.0, scale=scale, divergence=DIVERGENCES[name](network))
    settings = {"learning_rate": 5e-3, "betas": (0.5, 0.9), "adversary_rate": 1e-2, "adversary_updates": 2}
    config = make_config(batch_size=100, optimiser=settings)
    engine = Engine(make_model(), objective, Part(examples=data), config=config)

    def distance():
        with torch.no_grad():
            codes = engine.model.encoder(data).sample(generator=generator(1))
        return codes.mean(dim=0).norm().item() + (codes.std(dim=0) - 1).norm().item()

    before = distance()
    for _ in range(100):
        engine.step()
    return before, distance()


@pytest.mark.parametrize("name", sorted(DIVERGENCES))
def test_an_adversary_brings_the_codes_towards_the_prior(name):
    before, after = distance_after(name, scale=10.0)
    assert after < before / 2
    before, after = distance_after(name, scale=0.0)  # the divergence has weight zero
    assert after > 0.8 * before


def test_halving_changes_both_rates():
    config = make_config(optimiser={"learning_rate": 1e-2, **AGAINST})
    engine = Engine(make_model(), make_objective(), make_data().train, config=config)
    engine.set_learning_rate(engine.learning_rate / 2)
    assert [group["lr"] for group in engine.optimiser.param_groups] == [5e-3, 1.5e-3]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: OptimiserConfig(adversary_updates=0), "adversary_updates must be above 0"),
        (lambda: OptimiserConfig(adversary_rate=-1.0), "adversary_rate must be above 0"),
        (lambda: OptimiserConfig(adversary_betas=(0.5, 1.0)), "adversary_betas must be at least 0 and below 1"),
        (lambda: Wasserstein(critic=nn.Linear(1, 1), penalty=-1.0), "penalty must"),
        (lambda: CriticLoss(critic=nn.Linear(1, 1), penalty=-1.0), "penalty must"),
        *(
            (functools.partial(lambda name: engine_of({name: AGAINST[name]}), name), f"{name} must be left out")
            for name in AGAINST
        ),
        (
            lambda: engine_of(AGAINST, objective=make_objective(), size=2),
            "adversary_updates must be 1 with 2 processes",
        ),
    ],
)
def test_bad_options_are_named(build, message):
    with pytest.raises(InvalidInputError, match=rf"^{message}"):
        build()


def engine_of(settings, *, objective=None, size=1):
    config = make_config(optimiser=settings)
    return Engine(make_model(), objective or Elbo(), make_data().train, config=config, world=World(size=size))


def test_the_adversary_of_an_aae_is_found_and_nothing_else():
    network = make_discriminator(LATENT, width=3)
    engine = Engine(make_model(), aae(discriminator=network), make_data().train, config=make_config())
    assert {id(weight) for weight in engine.adversary} == {id(weight) for weight in network.parameters()}
    assert [len(group["params"]) for group in engine.optimiser.param_groups] == [4, 8]
