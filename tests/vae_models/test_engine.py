"""The engine takes the steps of a loop written by hand, repeats bit for bit, and stops at the first bad loss."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.vae_models.tiny import Elbo, make_config, make_data, make_model
from vae_models.data.dataset import Part
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.stein import SteinDivergence
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.evaluation import evaluate
from vae_models.objective import Batch, Terms
from vae_models.objectives.info_vae import info_vae
from vae_models.optimisers import make_optimiser
from vae_models.order import Order
from vae_models.seeds import derived_seed
from vae_models.state import flatten, unflatten
from vae_models.threads import candidates, choose_threads, fastest, measure_threads
from vae_models.window import Window
from vae_models.world import World, join_world
from variational.errors import InvalidInputError

torch.set_num_threads(1)
CPU = torch.device("cpu")
OPTIMISERS = [
    {"optimiser": "adam"},
    {"optimiser": "adamw", "weight_decay": 0.1, "betas": (0.5, 0.9)},
    {"optimiser": "sgd", "momentum": 0.5, "learning_rate": 0.1},
    {"optimiser": "rmsprop", "momentum": 0.5, "clip_norm": 0.1},
]


def assert_same_weights(first, second):
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(second.state_dict()[name], tensor, rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("settings", OPTIMISERS, ids=lambda settings: settings["optimiser"])
def test_the_steps_are_those_of_a_loop_written_by_hand(settings):
    config = make_config(optimiser=settings, precision="float64")
    data, model, objective = make_data(), make_model(), Elbo()
    by_hand = copy.deepcopy(model).double()
    engine = Engine(model, objective, data.train, config=config)
    losses = [engine.step().loss.item() for _ in range(2 * engine.steps_per_epoch)]

    optimiser = make_optimiser(by_hand.parameters(), config.optimiser)
    generator = torch.Generator().manual_seed(derived_seed(0, "draws", 0))
    order = Order(count=len(data.train), batch_size=8, seed=0)
    step, expected = 0, []
    for epoch in range(2):
        for index in order.epoch(epoch, device=CPU):
            batch = Batch(data=data.train.examples[index].double(), index=index, step=step, generator=generator)
            loss = objective(by_hand, batch).loss
            expected.append(loss.item())
            optimiser.zero_grad()
            loss.backward()
            if config.optimiser.clip_norm is not None:
                norm = torch.cat([weight.grad.flatten() for weight in by_hand.parameters()]).norm()
                for weight in by_hand.parameters():
                    weight.grad *= min(1.0, config.optimiser.clip_norm / (norm.item() + 1e-6))
            optimiser.step()
            step += 1
    torch.testing.assert_close(torch.tensor(losses), torch.tensor(expected))
    for name, tensor in by_hand.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], tensor, msg=name)


def test_the_loss_falls():
    engine = Engine(make_model(), Elbo(), make_data().train, config=make_config(optimiser={"learning_rate": 0.05}))
    losses = [engine.step().loss.item() for _ in range(100)]
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])


@pytest.mark.parametrize("settings", OPTIMISERS, ids=lambda settings: settings["optimiser"])
@pytest.mark.parametrize("steps", [0, 3, 7, 10])
def test_going_on_from_a_state_is_bit_for_bit(settings, steps):
    config, data = make_config(optimiser=settings), make_data(stochastic=True)
    engine = Engine(make_model(dropout=0.3), Elbo(), data.train, config=config)
    for _ in range(steps):
        engine.step()
    tensors, plain = flatten(engine.state())
    before = [engine.step().loss.item() for _ in range(9)]
    other = Engine(make_model(seed=5, dropout=0.3), Elbo(), data.train, config=config)
    other.load_state(unflatten(tensors, plain))
    assert [other.step().loss.item() for _ in range(9)] == before
    assert_same_weights(engine.model, other.model)


def test_two_runs_with_the_same_seed_are_the_same_and_another_seed_differs():
    def weights(seed):
        torch.manual_seed(3)
        engine = Engine(make_model(), Elbo(), make_data(stochastic=True).train, config=make_config(seed=seed))
        for _ in range(9):
            engine.step()
        return engine.model

    assert_same_weights(weights(1), weights(1))
    assert not torch.equal(weights(1).decoder.weight, weights(2).decoder.weight)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_before_the_weights_change(value):
    def spoil(loss, batch):
        return loss * value if batch.step == 4 else loss

    engine = Engine(make_model(), Elbo(spoil), make_data().train, config=make_config())
    for _ in range(4):
        engine.step()
    weights = copy.deepcopy(engine.model)
    with pytest.raises(NonFiniteLossError, match="step 4 is") as caught:
        engine.step()
    assert caught.value.step == engine.steps == 4
    assert_same_weights(weights, engine.model)


def test_late_looks_find_the_first_bad_loss():
    engine = Engine(make_model(), Elbo(), make_data().train, config=make_config())
    engine._pending = [(number, torch.tensor(loss)) for number, loss in enumerate([1.0, math.inf, math.nan])]
    with pytest.raises(NonFiniteLossError, match="step 1 is inf"):
        engine.look()
    engine.look()  # looked at


class Adversary(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.register_buffer("seen", torch.zeros(()))

    def __call__(self, model, batch):
        self.seen += 1
        return Terms(loss=Elbo()(model, batch).loss + self.weight.square().sum(), parts={})


def test_what_an_objective_holds_is_trained_and_saved():
    engine = Engine(make_model(), Adversary(), make_data().train, config=make_config())
    for _ in range(5):
        engine.step()
    assert engine.objective.weight.item() < 1
    other = Engine(make_model(), Adversary(), make_data().train, config=make_config())
    other.load_state(unflatten(*flatten(engine.state())))
    assert other.objective.seen == 5
    torch.testing.assert_close(other.objective.weight, engine.objective.weight, rtol=0, atol=0)


def test_a_weight_that_needs_no_gradient_is_left_alone():
    model = make_model()
    model.decoder.bias.requires_grad_(False)
    before = model.decoder.bias.clone()
    engine = Engine(model, Elbo(), make_data().train, config=make_config())
    engine.step()
    torch.testing.assert_close(model.decoder.bias, before, rtol=0, atol=0)


def test_sentences_of_one_length_share_a_batch():
    tokens = torch.zeros(20, 5, dtype=torch.int64)
    for row in range(20):
        tokens[row, : 1 + row % 5] = 7
    engine = Engine(make_model(), Elbo(), Part(examples=tokens), config=make_config(batch_size=3))
    for _ in range(engine.steps_per_epoch):
        found = engine.part.take(engine.next_index(), dtype=engine.dtype)
        assert len({int((row != 0).sum()) for row in found}) == 1
        engine.steps += 1


def test_bf16_computes_in_bfloat16_and_keeps_float32_weights():
    seen = []

    class Watching(Elbo):
        def __call__(self, model, batch):
            seen.append(model.decoder(torch.zeros(1, 2)).dtype)
            return super().__call__(model, batch)

    engine = Engine(make_model(), Watching(), make_data().train, config=make_config(precision="bf16"))
    engine.step()
    assert seen == [torch.bfloat16]
    assert engine.model.decoder.weight.dtype == torch.float32


def test_an_evaluation_is_the_mean_over_the_split_and_changes_nothing():
    data = make_data()
    engine = Engine(make_model(dropout=0.5), Elbo(), data.train, config=make_config(precision="float64"))
    engine.step()
    tensors, _ = flatten(engine.state())
    first, second = evaluate(engine, data.validation), evaluate(engine, data.validation)
    assert first == second
    assert engine.model.training
    after, _ = flatten(engine.state())
    for name, tensor in tensors.items():
        torch.testing.assert_close(after[name], tensor, rtol=0, atol=0, msg=name)
    loss, parts = first
    assert set(parts) == {"reconstruction", "kl"}
    torch.testing.assert_close(loss, parts["reconstruction"] + parts["kl"])
    with torch.no_grad():  # the divergence needs no draw, so that it can be computed at once
        whole = engine.model.eval().encoder(data.validation.examples.double()).kl().mean()
    torch.testing.assert_close(parts["kl"], whole.item())


@given(count=st.integers(1, 30), size=st.integers(1, 8))
@settings(max_examples=20)
def test_an_evaluation_meets_every_example_once_and_leaves_none_alone(count, size):
    data, met = make_data(), []

    class Recording(Elbo):
        def __call__(self, model, batch):
            met.append(batch.index)
            return super().__call__(model, batch)

    engine = Engine(make_model(), Recording(), data.train, config=make_config(batch_size=size))
    evaluate(engine, Part(examples=data.train.examples[:count]))
    assert torch.cat(met).tolist() == list(range(count))
    sizes = [len(index) for index in met]
    assert all(each == size for each in sizes[:-1])
    assert sizes[-1] <= size + (size > 1)
    assert sizes[-1] > 1 or min(size, count) == 1


@pytest.mark.parametrize("divergence", [MaximumMeanDiscrepancy(unbiased=True), SteinDivergence()])
def test_divergences_over_pairs_of_codes_are_evaluated_whatever_is_left_over(divergence):
    data = make_data()
    objective = info_vae(alpha=0.0, scale=2.0, divergence=divergence)
    engine = Engine(make_model(), objective, data.train, config=make_config(batch_size=4))
    loss, parts = evaluate(engine, Part(examples=data.train.examples[:9]))
    assert math.isfinite(loss)
    assert math.isfinite(parts[divergence.name])


def test_a_window_gives_the_means_and_survives_a_checkpoint():
    window = Window()
    for value in (1.0, 2.0, 6.0):
        window.add(Terms(loss=torch.tensor(value), parts={"kl": torch.tensor(-value)}))
    other = Window()
    other.load_state(window.state())
    assert other.means() == window.means() == (3.0, {"kl": -3.0})
    assert len(window) == 0


@pytest.mark.parametrize(("cores", "numbers"), [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (16, [1, 2, 4, 8, 16])])
def test_the_numbers_of_threads_tried(cores, numbers):
    assert candidates(cores) == numbers


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [({1: 1.0, 2: 0.96}, 1), ({1: 1.0, 2: 0.5, 4: 0.49}, 2), ({1: 1.0, 2: 50.0}, 1), ({1: 1.0, 2: 2.0, 4: 0.5}, 4)],
)
def test_more_threads_are_taken_only_where_they_pay(seconds, chosen):
    assert fastest(seconds) == chosen


def test_measuring_threads_leaves_the_run_as_it_was(monkeypatch):
    monkeypatch.setattr("vae_models.threads._SECONDS", 0.0)
    model, data = make_model(), make_data()
    before, state = copy.deepcopy(model), torch.get_rng_state()
    assert set(choose_threads(model, Elbo(), data.train, config=make_config())) >= {1}
    assert_same_weights(before, model)
    torch.testing.assert_close(torch.get_rng_state(), state)
    assert torch.get_num_threads() == 1
    seen = []
    measure_threads(lambda: seen.append(torch.get_num_threads()), [1])
    assert set(seen) == {1}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Engine(make_model(), Elbo(), make_data().train, config=make_config(batch_size=61)), "batch_size"),
        (lambda: join_world(make_config(machine={"device": "cpu", "cuda_graphs": True}).machine), "cuda_graphs"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InvalidInputError, match=message):
        make()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU, so asking for it is right")
def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(InvalidInputError, match="device must be auto or cpu"):
        join_world(make_config(machine={"device": "cuda"}).machine)


def test_a_state_of_another_number_of_processes_is_refused():
    engine = Engine(make_model(), Elbo(), make_data().train, config=make_config())
    state = engine.state()
    with pytest.raises(InvalidInputError, match="2 processes"):
        engine.load_state({**state, "generators": state["generators"] * 2})


def test_the_processes_share_each_batch_and_draw_differently(monkeypatch):
    monkeypatch.setattr("vae_models.engine.DistributedDataParallel", lambda loss: loss)
    config, data = make_config(), make_data()
    alone = Engine(make_model(), Elbo(), data.train, config=config)
    both = [
        Engine(make_model(), Elbo(), data.train, config=config, world=World(rank=rank, size=2)) for rank in range(2)
    ]
    for step in range(10):
        for engine in (alone, *both):
            engine.steps = step
        torch.testing.assert_close(torch.cat([engine.next_index() for engine in both]), alone.next_index())
    assert not torch.equal(*(engine.generator.get_state() for engine in both))
    with pytest.raises(InvalidInputError, match="multiple of the 3 processes"):
        Engine(make_model(), Elbo(), data.train, config=config, world=World(rank=0, size=3))
