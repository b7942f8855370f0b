"""Runs trained as one program against the same runs trained one by one: weights, draws, folders, and refusals."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.vae_models.engines import OBJECTIVES, config_of, data_of, engine_of
from vae_models.config import LaggingConfig
from vae_models.errors import NonFiniteLossError
from vae_models.objective import Terms
from vae_models.settings.latents import ScalarPosteriorConfig, VampPriorConfig
from vae_models.settings.likelihoods import BernoulliConfig
from vae_models.settings.networks import ConvConfig, MLPConfig
from vae_models.settings.noise import GaussianNoiseConfig
from vae_models.settings.objectives import (
    AAEConfig,
    ElboConfig,
    NCVAEConfig,
    RAEConfig,
    RefinementConfig,
)
from vae_models.stacked import trial
from vae_models.stacked.stack import Stack
from vae_models.stacked.trial import why_not, why_not_alone

torch.set_num_threads(1)

# sums of some hundred float64 terms in another order, through a few Adam steps, which divide small numbers
ROUNDING = {"rtol": 1e-6, "atol": 1e-9}


def assert_alike(engines, others):
    for one, other in zip(engines, others, strict=True):
        assert one.steps == other.steps
        state, wanted = one.state(), other.state()
        for part in ("model", "objective"):
            assert state[part].keys() == wanted[part].keys()
            for name, value in wanted[part].items():
                torch.testing.assert_close(
                    state[part][name], value, msg=lambda text, name=name: name + text, **ROUNDING
                )
        memory, remembered = state["optimiser"]["state"], wanted["optimiser"]["state"]
        assert memory.keys() == remembered.keys()
        for place, values in remembered.items():
            for name, value in values.items():
                torch.testing.assert_close(memory[place][name], value, rtol=1e-6, atol=1e-12)
        torch.testing.assert_close(one.generator.get_state(), other.generator.get_state())  # the draws, to the bit


def assert_stacked_as_apart(configs, data, *, steps=5):
    stacked, apart = ([engine_of(config, data) for config in configs] for _ in range(2))
    stack = Stack(stacked)
    assert why_not(stack, must_pay=False) is None
    place = {id(engine): number for number, engine in enumerate(stacked)}
    for _ in range(steps):
        found = {place[id(engine)]: terms for engine, terms in zip(stack.engines, stack.step(), strict=True)}
        for number, engine in enumerate(apart):
            terms = engine.step()
            torch.testing.assert_close(found[number].loss, terms.loss, **ROUNDING)
            assert found[number].parts.keys() == terms.parts.keys()
            for part, value in terms.parts.items():
                torch.testing.assert_close(found[number].parts[part], value, **ROUNDING)
    assert_alike(stacked, apart)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=2, deadline=None)  # each records a program, which takes about a second
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=2).map(tuple),
    weights=st.lists(st.floats(0.1, 4.0).filter(lambda weight: weight != 1), min_size=2, max_size=4, unique=True),
    latent=st.integers(1, 2),
)
def test_stacked_steps_are_those_of_the_runs_by_themselves(name, shape, weights, latent):
    objective, likelihood = OBJECTIVES[name]
    data = data_of(shape, stochastic=isinstance(likelihood, BernoulliConfig))
    configs = [
        config_of(objective(weight), seed=seed, likelihood=likelihood, latent=latent)
        for seed, weight in enumerate(weights)
    ]
    assert_stacked_as_apart(configs, data)


@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd", "rmsprop"])
def test_every_optimiser_steps_with_the_settings_of_each_run(optimiser, clip):
    settings = {"optimiser": optimiser, "momentum": 0.5, "clip_norm": clip}
    rates = [(1e-3, 0.0), (5e-3, 0.0), (1e-3, 0.1), (1e-3, 0.0)]
    configs = [
        config_of(
            ElboConfig(),
            seed=seed,
            likelihood=BernoulliConfig(),
            optimiser={**settings, "learning_rate": rate, "weight_decay": decay},
        )
        for seed, (rate, decay) in enumerate(rates)
    ]
    assert_stacked_as_apart(configs, data_of((3,)))


def test_a_run_whose_loss_is_not_finite_leaves_the_stack_as_it_was_before_the_step_and_the_others_go_on():
    data = data_of((3,))
    configs = [config_of(ElboConfig(beta=0.5 + seed), seed=seed, likelihood=BernoulliConfig()) for seed in range(3)]
    stacked, apart = ([engine_of(config, data) for config in configs] for _ in range(2))
    stack = Stack(stacked)
    stack.step()
    with torch.no_grad():
        next(stacked[1].model.decoder.parameters()).fill_(math.inf)
    before = [weight.clone() for weight in stacked[1].parameters]
    found = stack.step()
    (error,) = [terms for terms in found if not isinstance(terms, Terms)]
    assert isinstance(error, NonFiniteLossError)
    assert (found.index(error), error.step, stacked[1].steps) == (stack.engines.index(stacked[1]), 1, 1)
    stack = Stack([stacked[0], stacked[2]])
    stack.step()
    for weight, value in zip(stacked[1].parameters, before, strict=True):
        torch.testing.assert_close(weight.detach(), value, rtol=0, atol=0)
    for engine in apart[::2]:
        for _ in range(3):
            engine.step()
    assert_alike(stacked[::2], apart[::2])


def test_a_halved_learning_rate_asks_for_another_stack_and_goes_on_as_by_itself():
    data = data_of((3,))
    configs = [config_of(ElboConfig(beta=0.5), seed=seed, likelihood=BernoulliConfig()) for seed in range(3)]
    stacked, apart = ([engine_of(config, data) for config in configs] for _ in range(2))
    stack = Stack(stacked)
    for _ in range(2):
        stack.step()
    assert stack.is_current()
    stacked[0].set_learning_rate(stacked[0].learning_rate / 2)
    assert not stack.is_current()
    stack = Stack(stacked)
    for _ in range(2):
        stack.step()
    for number, engine in enumerate(apart):
        for step in range(4):
            if (number, step) == (0, 2):
                engine.set_learning_rate(engine.learning_rate / 2)
            engine.step()
    assert_alike(stacked, apart)


def refused(**fields):
    """Return why two runs cannot be stacked."""
    data = data_of((1, 4, 4))
    engines = [engine_of(config_of(seed=seed, **{"objective": ElboConfig()} | fields), data) for seed in range(2)]
    return why_not_alone(engines[0]) or why_not(Stack(engines), must_pay=False)


def with_network(network):
    def config(seed):
        plain = config_of(ElboConfig(), seed=seed)
        return dataclasses.replace(plain, model=dataclasses.replace(plain.model, encoder=network))

    data = data_of((1, 4, 4))
    engines = [engine_of(config(seed), data) for seed in range(2)]
    return engines, lambda: why_not_alone(engines[0]) or why_not(Stack(engines), must_pay=False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lagging": LaggingConfig(encoder_updates=2)}, "lag behind"),
        ({"objective": AAEConfig()}, "against the model"),
        ({"objective": RAEConfig(penalty="gradient", penalty_weight=0.1)}, "torch.func refuses"),
        ({"objective": ElboConfig(inference=RefinementConfig(steps=1))}, "torch.func refuses"),
    ],
)
def test_what_cannot_be_stacked_is_refused_with_the_reason(fields, said):
    assert said in refused(**fields)


def test_statistics_of_batches_and_dropout_are_noticed_and_undone():
    engines, why = with_network(ConvConfig(channels=(2,), kernel=2, dense=(), norm=True))
    before = {name: value.clone() for name, value in engines[0].model.state_dict().items()}
    assert "statistics" in why()
    for name, value in engines[0].model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    engines, why = with_network(MLPConfig(widths=(5,)))
    for engine in engines:
        engine.model.encoder.trunk = WithDropout(engine.model.encoder.trunk)
        engine.train()
    state = torch.get_rng_state()
    assert "dropout" in why()
    torch.testing.assert_close(torch.get_rng_state(), state)


class WithDropout(nn.Module):
    def __init__(self, trunk):
        super().__init__()
        self.trunk, self.dropout = trunk, nn.Dropout(0.5)

    def forward(self, data):
        return self.dropout(self.trunk(data))


def test_runs_that_differ_in_what_is_no_weight_are_noticed_at_the_first_step():
    data = data_of((3,), stochastic=False)
    configs = [
        config_of(NCVAEConfig(noise=GaussianNoiseConfig(scale=scale)), seed=seed)
        for seed, scale in enumerate((0.1, 0.5))
    ]
    engines = [engine_of(config, data) for config in configs]
    states = [engine.generator.get_state() for engine in engines]
    assert "differently" in why_not(Stack(engines), must_pay=False)
    for engine, state in zip(engines, states, strict=True):
        torch.testing.assert_close(engine.generator.get_state(), state)


@pytest.mark.parametrize(("seconds", "pays"), [([2.0, 1.0], True), ([1.0, 2.0], False)])
def test_a_program_that_takes_longer_than_the_runs_one_by_one_is_refused(seconds, pays, monkeypatch):
    data, given = data_of((3,)), iter(seconds)
    engines = [engine_of(config_of(ElboConfig(), seed=seed, likelihood=BernoulliConfig()), data) for seed in range(2)]
    monkeypatch.setattr(trial, "_shortest", lambda _task, _restore: next(given))
    assert (why_not(Stack(engines)) is None) is pays


@pytest.mark.parametrize(
    "fields",
    [
        {"prior": VampPriorConfig(components=3)},
        {"posterior": ScalarPosteriorConfig()},
    ],
)
def test_priors_and_posteriors_with_weights_of_their_own_are_stacked(fields):
    configs = [config_of(ElboConfig(), seed=seed, likelihood=BernoulliConfig(), **fields) for seed in range(2)]
    assert_stacked_as_apart(configs, data_of((3,)))
