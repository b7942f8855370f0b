"""Lagging inference in the engine against the published loop by hand, and bit for bit after a stop; SVI and SA-VAE."""

import copy
import math

import pytest
import torch

from tests.vae_models.test_engine import assert_same_weights
from tests.vae_models.tiny import Elbo, make_config, make_data, make_model
from vae_models.checkpoint import find_checkpoint, read_checkpoint
from vae_models.config import LaggingConfig, MachineConfig, RunConfig
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.lagging import Aggression
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.metrics.mixture import MixtureCodes, draw_mixture, infer_mixture, mixture_information
from vae_models.model import Model
from vae_models.networks.mixture import MixtureEncoder
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.objective import Batch
from vae_models.objectives.elbo import elbo
from vae_models.objectives.mixture import MixtureElbo, mixture_prior
from vae_models.order import Order
from vae_models.records import read_log
from vae_models.refinement import Refinement
from vae_models.seeds import derived_seed
from vae_models.training import CHECKPOINTS, Training
from vae_models.world import World
from variational.errors import InvalidInputError

torch.set_num_threads(1)
LAGGING = LaggingConfig(encoder_updates=12, block=3, patience=2)
MOMENTUM = {"optimiser": "adam", "learning_rate": 0.02, "clip_norm": 1.0}


def config_of(**fields):
    return make_config(lagging=LAGGING, optimiser=MOMENTUM, **fields)


def test_the_steps_are_those_of_the_published_loop():
    config, data = config_of(precision="float64"), make_data()
    model = make_model()
    by_hand = copy.deepcopy(model).double()
    engine = Engine(model, Elbo(), data.train, config=config)
    counts = []
    for step in range(14):
        if step == 10:
            engine.lagging.aggression = Aggression(patience=1, failures=1)
        counts.append(int(engine.step().parts["encoder_updates"]))

    draws, objective = torch.Generator().manual_seed(derived_seed(0, "draws", 0)), Elbo()
    encoder = torch.optim.Adam(by_hand.encoder.parameters(), 0.02)
    decoder = torch.optim.Adam(by_hand.decoder.parameters(), 0.02)
    order, expected = Order(count=len(data.train), batch_size=8, seed=0), []

    def backward(index, step):
        batch = Batch(data=data.train.examples[index].double(), index=index, step=step, generator=draws)
        loss = objective(by_hand, batch).loss
        by_hand.zero_grad()
        loss.backward()
        return loss.item()

    for step in range(14):
        epoch, place = divmod(step, order.batches)
        batches = order.epoch(epoch, device=torch.device("cpu"))
        before, total, count = math.inf, 0.0, 0
        index = batches[place]
        while step < 10 and count < 12:
            total += backward(index, step)
            torch.nn.utils.clip_grad_norm_(by_hand.encoder.parameters(), 1.0)
            encoder.step()
            count += 1
            if count % 3 == 0:
                if total > before:
                    break
                before, total = total, 0.0
            if count < 12:
                index = batches[int(torch.randint(len(batches), (), generator=draws))]
        backward(batches[place], step)
        if step < 10:
            torch.nn.utils.clip_grad_norm_(by_hand.decoder.parameters(), 1.0)
        else:
            torch.nn.utils.clip_grad_norm_(by_hand.parameters(), 1.0)
            encoder.step()
        decoder.step()
        expected.append(count)
    assert counts == expected
    assert {0, 12} < set(counts)  # some loops were left early
    for name, tensor in by_hand.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], tensor, msg=name)


def run(folder, *, stop=bool, found=None, said=None, epochs=6):
    data, config = make_data(stochastic=True), config_of(epochs=epochs)
    engine = Engine(make_model(dropout=0.2), Elbo(), data.train, config=config)
    say = (said if said is not None else []).append
    Training(engine, data, folder=folder, found=found, stop=stop, say=say).run()
    return engine


@pytest.mark.parametrize("stop_at", [1, 7, 27, 40])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(stop_at, tmp_path):
    whole = run(tmp_path)
    assert not whole.lagging.goes_on()  # so that the end is among what is compared
    folder = tmp_path / "stopped"
    folder.mkdir()
    steps = iter(range(1, 100))
    run(folder, stop=lambda: next(steps) >= stop_at)
    found = find_checkpoint(folder / CHECKPOINTS, identity=config_of().trajectory)
    second = run(folder, found=found)
    assert_same_weights(whole.model, second.model)
    assert second.lagging.aggression == whole.lagging.aggression
    lines = [read_log(place / "metrics.jsonl") for place in (tmp_path, folder)]
    numbers = [[(line.step, line.split, line.loss, line.parts) for line in each] for each in lines]
    assert numbers[0] == numbers[1]


def test_the_mutual_information_decides_once_an_epoch_and_is_logged(tmp_path, monkeypatch):
    values = iter([0.5, 0.4, 0.6, 0.5, 0.9])
    seen = []

    class Measured:
        @property
        def value(self):
            return next(values)

    def measured(codes, **options):
        seen.append((len(codes), options))
        number = Measured().value
        return type("Record", (), {"value": number})()

    monkeypatch.setattr("vae_models.aggressive.in_batch_information", measured)
    said = []
    engine = run(tmp_path, said=said)
    assert engine.lagging.aggression == Aggression(patience=2, best=0.6, failures=2)
    assert seen == [(20, {"batch_size": 8, "split": "validation", "entropy": "analytic"})] * 4
    assert said == ["step 28: lagging inference ends, mutual information 0.5 nats"]
    lines = read_log(tmp_path / "metrics.jsonl")
    logged = [line.parts.get("mutual_information") for line in lines if line.split == "validation"]
    assert logged == [0.5, 0.4, 0.6, 0.5, None, None]
    updates = [line.parts["encoder_updates"] for line in lines if line.split == "train"]
    assert updates[0] > 0
    assert updates[-1] == 0  # lines of five steps each, the last ones after the end


def test_the_measure_is_the_same_each_time_and_touches_no_generator():
    engine = Engine(make_model(), Elbo(), make_data().train, config=config_of())
    validation = make_data(stochastic=True).train
    states = [torch.get_rng_state(), engine.generator.get_state()]
    first = engine.lagging.after_epoch(validation)
    torch.set_rng_state(states[0])
    assert engine.lagging.after_epoch(validation) == first
    for state, now in zip(states, (torch.get_rng_state(), engine.generator.get_state()), strict=True):
        torch.testing.assert_close(state, now)


def test_a_bad_loss_of_an_update_stops_with_its_own_batch(tmp_path):
    calls, indices = [], []

    def spoil(loss, batch):
        calls.append(None)
        indices.append(batch.index)
        return loss * math.nan if len(calls) == 6 else loss

    data = make_data(stochastic=True)
    engine = Engine(make_model(), Elbo(spoil), data.train, config=config_of())
    training = Training(engine, data, folder=tmp_path)
    with pytest.raises(NonFiniteLossError, match="step 0 is"):
        training.run()
    assert len(calls) == 6
    (saved,) = (tmp_path / "non-finite-rank0").glob("step-*")
    state = read_checkpoint(saved)
    torch.testing.assert_close(state["index"], indices[5])
    assert not torch.equal(indices[5], indices[0])
    draws = torch.Generator()
    draws.set_state(state["generator"])
    torch.testing.assert_close(state["data"], data.train.take(indices[5], dtype=torch.float32, generator=draws))


def mixture_model():
    torch.manual_seed(0)
    encoder = MixtureEncoder(mlp_trunk((4,), widths=(16,)), latent_dim=2, classes=2)
    return Model(encoder=encoder, decoder=MLP((2,), (4,)), prior=mixture_prior(2, 2), likelihood=GaussianLikelihood())


def test_an_encoder_with_classes_lags_behind_until_its_information_no_longer_grows():
    data = make_data()
    engine = Engine(mixture_model(), MixtureElbo(), data.train, config=config_of())
    before = {name: weight.clone() for name, weight in engine.model.named_parameters()}
    assert 1 <= engine.lagging.train_encoder() <= 12
    moved = {name for name, weight in engine.model.named_parameters() if not torch.equal(weight, before[name])}
    assert moved
    assert all(name.startswith("encoder.") for name in moved)
    found = engine.lagging.after_epoch(data.validation)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(seed := derived_seed(0, "lagging")))
    posterior = infer_mixture(engine.model, data.validation.all()[order], batch_size=20)
    codes = draw_mixture(posterior, generator=torch.Generator().manual_seed(seed))
    parts = [slice(0, 8), slice(8, 16)]
    by_hand = [
        mixture_information(
            MixtureCodes(posterior=codes.posterior.of(rows), latent=codes.latent[rows]),
            estimator="full data",
            split="validation",
        ).value
        for rows in parts
    ]
    assert found == pytest.approx(sum(by_hand) / 2)
    assert found > 1e-3  # codes differ
    assert engine.lagging.aggression.best == found
    while engine.lagging.goes_on():
        engine.lagging.after_epoch(data.validation)
    assert engine.lagging.aggression.failures == 2


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LaggingConfig(encoder_updates=0), "encoder_updates must be above 0"),
        (lambda: LaggingConfig(block=0), "block must be above 0"),
        (lambda: LaggingConfig(patience=0), "patience must be above 0"),
        (
            lambda: Engine(make_model(), Elbo(), make_data().train, config=config_of(), world=World(size=2)),
            "encoder_updates must be None with 2 processes, got 12",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(build, message):
    with pytest.raises(InvalidInputError, match=rf"^{message}"):
        build()


def test_a_run_without_validation_data_is_refused(tmp_path):
    data = make_data(validation=False)
    engine = Engine(make_model(), Elbo(), data.train, config=config_of())
    with pytest.raises(InvalidInputError, match=r"^encoder_updates must be None for data without validation"):
        Training(engine, data, folder=tmp_path)


def test_the_setting_is_part_of_what_a_run_is():
    assert config_of().trajectory != make_config(optimiser=MOMENTUM).trajectory
    config = config_of(machine=MachineConfig().__dict__)
    assert RunConfig.from_json(config.to_json()).lagging == LAGGING


REFINEMENTS = {
    "SVI": {"steps": 3, "learning_rate": 0.1, "start": "prior"},
    "SA-VAE": {"steps": 3, "learning_rate": 0.1, "differentiable": True},
}


@pytest.mark.parametrize("name", sorted(REFINEMENTS))
@pytest.mark.parametrize("stop_at", [3, 12])
def test_refined_inference_goes_on_bit_for_bit(name, stop_at, tmp_path):
    def refined(folder, *, stop=bool, found=None):
        data = make_data(stochastic=True)
        objective = elbo(inference=Refinement(**REFINEMENTS[name]))
        engine = Engine(make_model(), objective, data.train, config=make_config(epochs=2))
        Training(engine, data, folder=folder, found=found, stop=stop).run()
        return engine

    whole = refined(tmp_path)
    folder = tmp_path / "stopped"
    folder.mkdir()
    steps = iter(range(1, 100))
    refined(folder, stop=lambda: next(steps) >= stop_at)
    found = find_checkpoint(folder / CHECKPOINTS, identity=make_config(epochs=2).trajectory)
    assert_same_weights(whole.model, refined(folder, found=found).model)
    moved = not torch.equal(whole.model.encoder.linear.weight, make_model().encoder.linear.weight)
    assert moved == (name == "SA-VAE")  # SVI from the prior asks nothing of the encoder
