"""Steps from a recording against ordinary ones: the same bits, and no recording of what it would freeze."""

import dataclasses
import functools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.vae_models.engines import OBJECTIVES, REAL, config_of, data_of, engine_of
from vae_models import known_parts, recorded_step
from vae_models.builders.run import build
from vae_models.config import LaggingConfig
from vae_models.divergences.kernels import gaussian_kernel
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.objectives.elbo import Divergence, elbo
from vae_models.objectives.info_vae import info_vae
from vae_models.objectives.weighted import Weighted, WeightedSum
from vae_models.recorded_step import RecordedStep, recording
from vae_models.schedules import LinearRamp
from vae_models.settings.latents import ClassPriorConfig, MixturePosteriorConfig
from vae_models.settings.likelihoods import BernoulliConfig
from vae_models.settings.networks import BrenierConfig, ConvConfig
from vae_models.settings.objectives import (
    AAEConfig,
    ElboConfig,
    MixtureElboConfig,
    NCVAEConfig,
    RAEConfig,
    RefinementConfig,
)
from vae_models.settings.strength import AnnealedStrengthConfig

torch.set_num_threads(1)

STEPS = 9
CLASSES = {"posterior": MixturePosteriorConfig(classes=3), "prior": ClassPriorConfig()}
# beyond those that are stacked, which take no gradients of their own and have no classes
FURTHER = {
    "refined": config_of(ElboConfig(inference=RefinementConfig(steps=2)), likelihood=BernoulliConfig()),
    "gradient penalty": config_of(RAEConfig(penalty="gradient", penalty_weight=0.1)),
    "classes": config_of(MixtureElboConfig(), likelihood=BernoulliConfig(), **CLASSES),
}
CONFIGS = {
    name: config_of(objective(0.7), likelihood=likelihood) for name, (objective, likelihood) in OBJECTIVES.items()
} | FURTHER
FROZEN = {"annealed", "cyclic", "decoder noise", "pool of noise"}  # the number of the step, or a memory, decides


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Record after a few steps, whatever it takes."""
    monkeypatch.setattr(recorded_step, "_AFTER", 3)
    monkeypatch.setattr(recorded_step, "_LONGEST", math.inf)
    monkeypatch.setattr(recorded_step, "_TRIES", 1)
    monkeypatch.setattr(recorded_step, "_pays", lambda _times: True)


def ordinary(engine):
    engine._shortcut = None
    return engine


def is_recorded(engine):
    assert isinstance(engine._shortcut, RecordedStep)
    return engine._shortcut._program is not None


def assert_same_bits(one, other):
    torch.testing.assert_close(one.state(), other.state(), rtol=0, atol=0)


def data_for(config):
    return data_of((1, 4, 4), stochastic=not isinstance(config.model.likelihood, type(REAL)))


def assert_steps_are_the_ordinary(config, *, recorded, steps=STEPS, change=lambda engine: engine):
    data = data_for(config)
    engines = [change(engine_of(config, data)), ordinary(change(engine_of(config, data)))]
    terms = []
    for engine in engines:
        torch.manual_seed(3)
        terms.append([engine.step() for _ in range(steps)])
    for one, other in zip(*terms, strict=True):
        assert torch.equal(one.loss, other.loss)
        assert one.parts.keys() == other.parts.keys()
        assert all(torch.equal(one.parts[name], other.parts[name]) for name in one.parts)
        assert not any(value.requires_grad for value in (one.loss, *one.parts.values()))
    assert_same_bits(*engines)
    assert is_recorded(engines[0]) is recorded


@pytest.mark.parametrize("name", CONFIGS)
def test_every_objective_takes_the_same_steps(name):
    assert_steps_are_the_ordinary(CONFIGS[name], recorded=name not in FROZEN)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    "settings",
    [
        {"optimiser": "adam", "clip_norm": 0.1},
        {"optimiser": "rmsprop", "momentum": 0.5},
        {"optimiser": "sgd", "clip_norm": 1e-3},
    ],
)
def test_clipping_and_every_optimiser_find_gradients_as_they_need_them(settings, precision):
    decoder = BrenierConfig(widths=(5, 4), strength=0.5)
    config = dataclasses.replace(
        config_of(MixtureElboConfig(), likelihood=BernoulliConfig(), optimiser=settings, **CLASSES), precision=precision
    )
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, decoder=decoder))
    assert_steps_are_the_ordinary(config, recorded=True)


def test_statistics_of_batches_go_on():
    plain = config_of(ElboConfig())
    norm = ConvConfig(channels=(2,), kernel=2, dense=(), norm=True)
    config = dataclasses.replace(plain, model=dataclasses.replace(plain.model, encoder=norm))
    assert_steps_are_the_ordinary(config, recorded=True)


@pytest.mark.parametrize("known", [True, False])
def test_draws_of_the_default_generator_go_on_and_a_hook_of_a_user_is_not_frozen(known, monkeypatch):
    def with_dropout(engine):
        engine.model.encoder.trunk.register_forward_hook(dropped)
        return engine

    if known:
        monkeypatch.setattr(known_parts, "KNOWN", (*known_parts.KNOWN, "tests"))
    assert_steps_are_the_ordinary(config_of(ElboConfig()), recorded=known, change=with_dropout)


def dropped(module, _inputs, output):
    return functional.dropout(output, training=module.training)


def test_a_resumed_run_goes_on_with_the_same_bits_before_and_after_it_is_recorded():
    config = config_of(NCVAEConfig(delta=0.5))
    data = data_for(config)
    whole, begun, resumed = (engine_of(config, data) for _ in range(3))
    for engine, steps in ((whole, STEPS), (begun, 5)):
        for _ in range(steps):
            engine.step()
    resumed.load_state(begun.state())
    for _ in range(STEPS - 5):
        resumed.step()
    assert_same_bits(resumed, whole)


def test_a_changed_learning_rate_holds_for_recorded_steps():
    config = config_of(ElboConfig())
    engines = [engine_of(config, data_for(config)), ordinary(engine_of(config, data_for(config)))]
    for engine in engines:
        for step in range(STEPS):
            if step == 5:
                engine.set_learning_rate(engine.learning_rate / 2)
            engine.step()
    assert is_recorded(engines[0])
    assert_same_bits(*engines)


def test_a_loss_that_is_not_finite_stops_before_the_weights_change():
    config = config_of(ElboConfig())
    engine = engine_of(config, data_for(config))
    for _ in range(5):
        engine.step()
    assert is_recorded(engine)
    with torch.no_grad():
        engine.parameters[-1].fill_(math.inf)
    before = [weight.clone() for weight in engine.parameters]
    with pytest.raises(NonFiniteLossError) as caught:
        engine.step()
    assert caught.value.step == engine.steps == 5
    assert torch.equal(engine.index, engine.next_index())
    for weight, value in zip(engine.parameters, before, strict=True):
        assert torch.equal(weight, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lagging", LaggingConfig(encoder_updates=1)),
        ("objective", AAEConfig()),
        ("precision", "bf16"),
        ("objective", ElboConfig(beta=LinearRamp(steps=3, end=2.0))),
    ],
)
def test_steps_that_are_not_plain_are_not_recorded(field, value):
    config = dataclasses.replace(config_of(ElboConfig()), **{field: value})
    engine = engine_of(config, data_for(config))
    assert recording(engine, engine.next_index()) is None


def test_an_annealed_constant_is_not_recorded():
    decoder = BrenierConfig(widths=(5, 4), strength=AnnealedStrengthConfig())
    config = config_of(MixtureElboConfig(), likelihood=BernoulliConfig(), **CLASSES)
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, decoder=decoder))
    engine = engine_of(config, data_for(config))
    assert recording(engine, engine.next_index()) is None


class Counting(Divergence):
    """A part that is another in every step."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, passed):
        self.calls += 1
        return self.calls * super().forward(passed)


def own_kernel(first, second, *, length=1.0):
    return gaussian_kernel(first, second, squared_length=length)


def wrapped(kernel):
    """Return what looks like a function of the package, with another inside."""

    def of(first, second):
        return kernel(first, second)

    of.__module__ = gaussian_kernel.__module__
    return of


FOREIGN = {
    "part": lambda: WeightedSum([Weighted(part=Counting())]),
    "kernel": lambda: with_kernel(own_kernel),
    "partial": lambda: with_kernel(functools.partial(own_kernel, length=2.0)),
    "closure": lambda: with_kernel(wrapped(own_kernel)),
    "inference": lambda: inferred(lambda model, batch: model.encoder(batch.data)),
}


def with_kernel(kernel):
    return info_vae(alpha=0.0, scale=10.0, divergence=MaximumMeanDiscrepancy(kernel=kernel))


def inferred(inference):
    found = elbo()
    found.inference = inference
    return found


def engine_with(objective):
    config = config_of(ElboConfig())
    data = data_for(config)
    torch.manual_seed(0)
    model, _ = build(config, data)
    return Engine(model, objective, data.train, config=config)


@pytest.mark.parametrize("name", FOREIGN)
def test_parts_of_a_user_are_never_frozen(name):
    engines = [engine_with(FOREIGN[name]()), ordinary(engine_with(FOREIGN[name]()))]
    for engine in engines:
        for _ in range(5):
            engine.step()
    assert not is_recorded(engines[0])
    assert_same_bits(*engines)


def test_what_a_partial_of_this_package_holds_is_known():
    engine = engine_with(with_kernel(functools.partial(gaussian_kernel, squared_length=2.0)))
    assert recording(engine, engine.next_index()) is not None


def test_a_recording_leaves_the_engine_as_it_was():
    plain = config_of(ElboConfig())
    norm = ConvConfig(channels=(2,), kernel=2, dense=(), norm=True)
    config = dataclasses.replace(plain, model=dataclasses.replace(plain.model, encoder=norm))
    engine, untouched = (engine_of(config, data_for(config)) for _ in range(2))
    torch.manual_seed(3)
    assert recording(engine, engine.next_index()) is not None
    torch.manual_seed(3)
    assert_same_bits(engine, untouched)
    assert all(weight.grad is None for weight in engine.parameters)


@pytest.mark.parametrize(
    ("times", "pays"), [([(2.0, 1.9), (9.0, 8.0), (1.0, 2.0)], True), ([(2.0, 2.1), (9.0, 1.5), (1.0, 2.0)], False)]
)
def test_a_replay_that_is_no_shorter_is_not_taken(times, pays, monkeypatch):
    monkeypatch.undo()
    assert recorded_step._pays(times) is pays


@pytest.mark.parametrize(("name", "value"), [("_LONGEST", 0.0), ("_pays", lambda _times: False)])
def test_a_long_step_and_a_replay_that_does_not_pay_are_not_recorded(name, value, monkeypatch):
    monkeypatch.setattr(recorded_step, name, value)
    config = config_of(ElboConfig())
    engine = engine_of(config, data_for(config))
    assert recording(engine, engine.next_index()) is None


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_program_that_gives_other_bits_for_either_batch_is_not_taken(everywhere, monkeypatch):
    honest = recorded_step.record

    def biased(compute, *arguments):
        program = honest(compute, *arguments)

        def replay(data, index):
            loss, parts, gradients = program(data, index)
            return loss + (1e-3 if everywhere or not torch.equal(index, arguments[1]) else 0), parts, gradients

        return replay

    monkeypatch.setattr(recorded_step, "record", biased)
    config = config_of(ElboConfig())
    engine = engine_of(config, data_for(config))
    torch.manual_seed(1)
    assert recording(engine, engine.next_index()) is None


def test_gradients_that_share_memory_are_parted():
    weights = [nn.Parameter(torch.ones(2, 3)) for _ in range(3)]
    shared = torch.ones(2, 3)
    taken = recorded_step._storages(weights)
    found = [
        recorded_step._own(each, weight, taken)
        for each, weight in zip((shared, shared, weights[0]), weights, strict=True)
    ]
    for gradient in found:
        gradient.mul_(2)
    assert all(torch.equal(gradient, torch.full((2, 3), 2.0)) for gradient in found)
    assert all(torch.equal(weight, torch.ones(2, 3)) for weight in weights)
    transposed = recorded_step._own(torch.ones(3, 2).T, weights[0], set())
    assert transposed.stride() == weights[0].stride()
