"""Options of a command line: names in full or by their end, parts by kind, one line for what is wrong."""

import dataclasses

import pytest

from vae_models.config import RunConfig
from vae_models.options import read_fields
from vae_models.schedules import LinearRamp
from vae_models.settings.divergences import SteinConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import BrenierConfig, MLPConfig
from vae_models.settings.objectives import ElboConfig, InfoVAEConfig, NCVAEConfig
from variational.errors import InvalidInputError

CONFIG = RunConfig(preset="p", epochs=2)


def read(*words, config=CONFIG):
    return read_fields(config, words)


def test_a_setting_is_named_in_full_or_by_its_end():
    assert read("--optimiser.learning-rate", "0.5").optimiser.learning_rate == 0.5
    assert read("--learning_rate=0.5") == read("--optimiser.learning-rate", "0.5")
    assert read("--model.encoder.widths", "3", "4").model == ModelConfig(encoder=MLPConfig(widths=(3, 4)))
    assert read("--decoder.widths", "3").model == ModelConfig(decoder=MLPConfig(widths=(3,)))
    assert read("--encoder.widths").model.encoder.widths == ()


def test_settings_read_together_are_those_read_one_by_one():
    options = [("--learning-rate", "0.5"), ("--latent-dim", "3"), ("--encoder.widths", "3", "4"), ("--steps", "7")]
    found = CONFIG
    for option in options:
        found = read(*option, config=found)
    assert found == read(*(word for option in options for word in option))
    assert (found.optimiser.learning_rate, found.model.latent_dim, found.epochs) == (0.5, 3, None)
    assert found.model.encoder.widths == (3, 4)


def test_an_end_of_several_names_is_refused_with_all_of_them():
    with pytest.raises(InvalidInputError, match=r"--model\.decoder\.widths or --model\.encoder\.widths"):
        read("--widths", "3")


def test_the_name_of_a_setting_goes_before_an_end_of_others():
    ramp = dataclasses.replace(CONFIG, objective=ElboConfig(beta=LinearRamp(steps=3)))
    found = read("--steps", "7", config=ramp)
    assert (found.steps, found.epochs, found.objective.beta.steps) == (7, None, 3)


def test_a_part_is_exchanged_by_its_kind_and_then_has_the_settings_of_that_kind():
    assert read("--model.decoder", "brenier", "--strength", "2").model.decoder == BrenierConfig(strength=2.0)
    assert read("--objective", "nc-vae", "--delta", "3").objective == NCVAEConfig(delta=3.0)
    assert read("--objective", "info-vae", "--divergence", "stein").objective == InfoVAEConfig(divergence=SteinConfig())


def test_a_weight_is_a_number_or_a_schedule():
    assert read("--beta", "2").objective.beta == 2.0
    found = read("--beta", "linear", "--objective.beta.steps", "5", "--beta.end", "0.5")
    assert found.objective.beta == LinearRamp(steps=5, end=0.5)
    assert read("--beta", "0.25", config=found).objective.beta == 0.25


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--objective", "nothing"], "--objective must be one of elbo, .*, got 'nothing'"),
        (["--model.prior"], "--model.prior must be one of isotropic, .*, got ''"),
        (["--beta", "-1"], "beta must be at least 0"),
        (["--latent-dim", "0"], "latent_dim must be above 0"),
        (["--preset", "other"], "preset must be left"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_one_line(words, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read(*words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--strength", "2"], "options must be settings of p, .*, got --strength"),
        (["--stpes", "2"], "got --stpes; did you mean steps"),
        (["20"], "settings must be written --name value, got '20'"),
        (["--beta", "two"], "--objective.beta must be a number or linear or .*, got 'two'"),
        (["--beta"], "--objective.beta must be a number or linear or .*, got ''"),
        (["--seed", "1", "2"], "--seed must be a whole number, got '1 2'"),
        (["--steps", "1e3"], "--steps must be a whole number or None, got '1e3'"),
        (["--encoder.widths", "1.5"], "--model.encoder.widths must be whole numbers, got '1.5'"),
        (["--optimiser.betas", "0.5"], "--optimiser.betas must be 2 numbers, got '0.5'"),
        (["--seed", "2", "--binarisation", "often"], "--data.binarisation must be one of real, .*, got 'often'"),
        (["--spectral-norm", "1"], "--model.spectral-norm must be True or False, got '1'"),
    ],
)
def test_what_is_unknown_or_of_another_type_is_refused_in_one_line(words, message, capsys):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read(*words)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr() == ("", "")


def test_help_shows_the_kinds_of_every_part(capsys):
    with pytest.raises(SystemExit):
        read("--help")
    shown = capsys.readouterr().out
    assert "--objective {elbo," in shown.replace("\n", "")
    assert "--model.encoder.widths" in shown
