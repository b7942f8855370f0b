"""PixelCNN++ in training: it begins with the first batch, once, and a stopped run does not begin again."""

import dataclasses

import pytest
import torch

from tests.vae_models.test_builders import MLP, images
from tests.vae_models.test_engine import assert_same_weights
from vae_models.builders.run import build
from vae_models.checkpoint import find_checkpoint
from vae_models.config import MachineConfig, RunConfig
from vae_models.engine import Engine
from vae_models.settings.latents import ClassPriorConfig, MixturePosteriorConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import PixelCNNPPConfig
from vae_models.settings.objectives import MixtureElboConfig
from vae_models.training import CHECKPOINTS, Training

torch.set_num_threads(1)
SMALL = PixelCNNPPConfig(filters=4, blocks=1, levels=2)
CONFIG = RunConfig(
    preset="none",
    steps=6,
    batch_size=5,
    model=ModelConfig(latent_dim=2, encoder=MLP, decoder=SMALL),
    machine=MachineConfig(threads=1, device="cpu"),
)


def engine_of(config):
    torch.manual_seed(0)
    return Engine(*build(config, images()), images().train, config=config)


def with_decoder(config, **fields):
    decoder = dataclasses.replace(SMALL, **fields)
    return dataclasses.replace(config, model=dataclasses.replace(config.model, decoder=decoder))


@pytest.mark.parametrize("classes", [False, True])
def test_an_engine_begins_with_the_first_batch_where_it_is_asked_to(classes):
    config = with_decoder(CONFIG, dropout=0.0)
    if classes:
        model = dataclasses.replace(config.model, posterior=MixturePosteriorConfig(classes=3), prior=ClassPriorConfig())
        config = dataclasses.replace(config, model=model, objective=MixtureElboConfig())
    engine = engine_of(config)
    seen = []
    engine.model.decoder.last.register_forward_hook(lambda _layer, _inputs, given: seen.append(given))
    engine.generator.manual_seed(0)
    engine.loss_of(engine.next_index())
    deviation = seen[0].std(dim=(0, 2, 3))
    assert ((deviation > 0.6) & (deviation < 1.6)).all()  # of other draws of z than at the start
    plain = engine_of(with_decoder(config, starts_from_data=False))
    torch.manual_seed(0)
    untouched, _ = build(with_decoder(config, starts_from_data=False), images())
    assert_same_weights(plain.model, untouched)
    assert not torch.equal(engine.model.decoder.last.bias, plain.model.decoder.last.bias)


@pytest.mark.parametrize("starts", [False, True])
def test_the_first_batch_is_drawn_only_where_it_is_asked_for(starts):
    config = with_decoder(CONFIG, starts_from_data=starts)
    part = dataclasses.replace(images().train, stochastic=True)
    engine = Engine(*build(config, images()), part, config=config)
    fresh = torch.Generator().manual_seed(engine.generator.initial_seed())
    assert torch.equal(engine.generator.get_state(), fresh.get_state()) != starts


def test_a_stopped_run_goes_on_from_its_weights_bit_for_bit(tmp_path):
    def run(folder, stop=bool, found=None):
        engine = engine_of(CONFIG)
        Training(engine, images(), folder=folder, found=found, stop=stop).run()
        return engine

    whole = run(tmp_path)
    folder = tmp_path / "stopped"
    folder.mkdir()
    steps = iter(range(1, 100))
    assert run(folder, stop=lambda: next(steps) >= 2).steps == 2
    second = run(folder, found=find_checkpoint(folder / CHECKPOINTS, identity=CONFIG.trajectory))
    assert_same_weights(whole.model, second.model)
