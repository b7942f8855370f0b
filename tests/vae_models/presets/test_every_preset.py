"""Every preset: it survives JSON, says where each setting comes from, has options, and trains."""

import dataclasses
import json
import math

import pytest
import torch

from tests.vae_models.presets.stand_ins import SHAPES, SMALLER, affordable, data_of, images
from vae_models import train
from vae_models.builders.likelihoods import build_likelihood
from vae_models.builders.networks import build_decoder, build_trunk
from vae_models.builders.run import build
from vae_models.config import DataConfig, RunConfig
from vae_models.engine import Engine
from vae_models.presets.digits import PRESETS as DIGITS
from vae_models.presets.preset import COMMAND_LINE, KINDS, Preset, settings_of
from vae_models.presets.registry import PRESETS, described, find_preset
from vae_models.records import RunRecord
from vae_models.settings.model import ModelConfig
from variational.errors import InvalidInputError

NAMES = sorted(PRESETS)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_built_and_learns(name):
    config = affordable(PRESETS[name].config)
    data = data_of(config)
    torch.manual_seed(0)
    model, objective = build(config, data)
    engine = Engine(model, objective, data.train, config=config)
    before = [weight.detach().clone() for weight in model.parameters()]
    losses = [engine.step().loss.item() for _ in range(2)]
    assert all(map(math.isfinite, losses))
    objective.require_settled(total_steps=config.steps or config.epochs * engine.steps_per_epoch)
    pairs = zip(model.named_parameters(), before, strict=True)
    assert not [name for (name, weight), old in pairs if weight.requires_grad and weight.equal(old)]


@pytest.mark.parametrize("name", [name for name in NAMES if PRESETS[name].config.data.source in SMALLER])
def test_its_networks_take_and_give_images_of_the_size_printed(name):
    config, shape = PRESETS[name].config.model, SHAPES[PRESETS[name].config.data.source]
    likelihood = build_likelihood(config.likelihood, data=images(2, shape))
    given = likelihood.parameter_shape(shape)
    with torch.device("meta"):  # shapes without numbers
        trunk = build_trunk(config.encoder, data_shape=shape, classes=None)
        decoder = build_decoder(config.decoder, latent_dim=config.latent_dim, data_shape=shape, output_shape=given)
        assert trunk(torch.empty(2, *shape)).shape == (2, trunk.features)
        assert decoder(torch.empty(2, config.latent_dim)).shape == (2, *given)


def test_the_lists_fit_80_columns_with_a_line_for_each_preset(capsys):
    assert train.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    lines = lines[: next(place for place, line in enumerate(lines) if line.startswith("data sets"))]
    for name in NAMES:
        (line,) = [line for line in lines if line.split()[:1] == [name]]
        assert line.endswith(PRESETS[name].summary)


@pytest.mark.parametrize("name", NAMES)
def test_its_own_list_shows_every_setting_and_target(name, capsys):
    assert train.main([name, "--list"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    words = set(shown.replace(",", " ").split())
    preset = PRESETS[name]
    assert {word.split("=")[0] for word in words} >= settings_of(preset.config).keys()
    assert {f"{target.metric}={target.value:g}" for target in preset.targets} <= words


@pytest.mark.parametrize("name", NAMES)
def test_it_survives_json_and_carries_its_name(name):
    config = PRESETS[name].config
    found = RunConfig.from_json(json.loads(json.dumps(config.to_json())))
    assert found == config
    assert found.identity == config.identity
    assert config.preset == name


@pytest.mark.parametrize("name", NAMES)
def test_it_says_where_every_setting_comes_from(name):
    preset = PRESETS[name]
    sources, targets = described(preset.config)
    assert sources.keys() == settings_of(preset.config).keys()
    assert {source.split(":")[0] for source in sources.values()} <= set(KINDS)
    assert all(math.isfinite(target.value) and target.where for target in targets)


def test_no_two_presets_have_one_name():
    assert len(set(NAMES)) == len(NAMES)


def test_a_setting_that_the_user_changed_comes_from_the_command_line():
    preset = PRESETS["digits"]
    changed = dataclasses.replace(
        preset.config,
        batch_size=3,
        seed=5,
        model=dataclasses.replace(preset.config.model, latent_dim=3),
        data=DataConfig(source="mnist", binarisation="dynamic"),
    )
    sources = preset.sources_of(changed)
    said = {name for name, source in sources.items() if source == COMMAND_LINE}
    assert said == {"batch_size", "model.latent_dim", "data.source"}


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({}, "of data.source, got None|of batch_size, got None"),
        ({"": "ours: small", "optimiser.learning_rate": "a friend: 1e-3"}, "of optimiser.learning_rate"),
        ({"": "ours:"}, "must say"),
        ({"": "ours: small", "model.depth": "ours: 3"}, "must name settings, got 'model.depth'"),
    ],
)
def test_a_preset_with_a_hole_in_its_sources_is_refused(sources, message):
    with pytest.raises(InvalidInputError, match=message):
        Preset(summary="", config=RunConfig(preset="p", epochs=1, model=ModelConfig()), sources=sources)


def test_an_unknown_name_is_answered_in_one_line_with_names_that_are_near(capsys):
    with pytest.raises(InvalidInputError, match="preset must be one of") as caught:
        find_preset("nothing")
    assert "\n" not in str(caught.value)
    assert train.main(["ncvae-sintetic", "--out", "nowhere"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "perhaps ncvae-synthetic" in error


def test_the_record_of_a_run_says_sources_and_targets(tmp_path):
    words = ["digits", "--steps", "1", "--batch-size", "7", "--threads", "1", "--device", "cpu"]
    assert train.main([*words, "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.glob("*/record.json")
    record = RunRecord.from_text(path.read_text(encoding="utf-8"))
    assert record.sources["batch_size"] == record.sources["steps"] == COMMAND_LINE
    assert record.sources["model.encoder.widths"] == DIGITS[0].sources[""]
    assert record.targets == DIGITS[0].targets
