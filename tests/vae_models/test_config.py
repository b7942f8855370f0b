"""A configuration is refused when it makes no sense, survives JSON, and its hash changes with the result only."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_models.config import DataConfig, MachineConfig, OptimiserConfig, PlateauConfig, RunConfig
from vae_models.presets.registry import PRESETS, find_preset
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import MLPConfig
from vae_models.settings.objectives import ElboConfig, NCVAEConfig
from variational.errors import InvalidInputError

CONFIG = PRESETS["digits"].config


@given(
    rate=st.floats(1e-8, 1.0),
    betas=st.tuples(*[st.floats(0, 0.999)] * 2),
    clip=st.none() | st.floats(1e-3, 1e3),
    seed=st.integers(0, 2**63 - 1),
    beta=st.floats(0, 1e6),
)
def test_a_configuration_survives_json_with_its_hash(rate, betas, clip, seed, beta):
    optimiser = OptimiserConfig(learning_rate=rate, betas=betas, clip_norm=clip)
    config = dataclasses.replace(CONFIG, optimiser=optimiser, seed=seed, objective=ElboConfig(beta=beta))
    found = RunConfig.from_json(json.loads(json.dumps(config.to_json())))
    assert found == config
    assert found.identity == config.identity


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"epochs": 21},
        {"data": DataConfig(source="digits")},
        {"model": ModelConfig(encoder=MLPConfig(widths=(3,)))},
        {"objective": ElboConfig(beta=2.0)},
        {"precision": "float64"},
    ],
)
def test_the_hash_changes_with_what_determines_the_result(change):
    assert dataclasses.replace(CONFIG, **change).identity != CONFIG.identity


def test_the_hash_does_not_know_the_machine():
    moved = dataclasses.replace(CONFIG, machine=MachineConfig(threads=1, data_dir="elsewhere"))
    assert moved.identity == CONFIG.identity
    assert CONFIG.folder_name == f"digits-seed0-{CONFIG.identity}"


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        (RunConfig, {"preset": "p"}, "exactly one of epochs and steps"),
        (RunConfig, {"preset": "p", "epochs": 1, "steps": 1}, "exactly one of epochs and steps"),
        (RunConfig, {"preset": "p", "epochs": 0}, "epochs must be above 0"),
        (RunConfig, {"preset": "p", "epochs": 1, "batch_size": 0}, "batch_size must"),
        (RunConfig, {"preset": "p", "epochs": 1, "seed": -1}, "seed must"),
        (RunConfig, {"preset": "p", "epochs": 1, "evaluate_every": float("nan")}, "evaluate_every must"),
        (DataConfig, {"data_seed": 2**60}, "data_seed must be at least 0 and below"),
        (OptimiserConfig, {"learning_rate": 0.0}, "learning_rate must"),
        (OptimiserConfig, {"learning_rate": float("nan")}, "learning_rate must"),
        (OptimiserConfig, {"betas": (0.9, 1.0)}, "betas must"),
        (OptimiserConfig, {"momentum": -0.1}, "momentum must"),
        (OptimiserConfig, {"clip_norm": -1.0}, "clip_norm must"),
        (OptimiserConfig, {"weight_decay": float("inf")}, "weight_decay must"),
        (PlateauConfig, {"halve_after": 0}, "halve_after must"),
        (PlateauConfig, {"min_improvement": -1.0}, "min_improvement must"),
        (DataConfig, {"weight": 1.5}, "weight must"),
        (DataConfig, {"deviation": -1.0}, "deviation must"),
        (DataConfig, {"separation": float("nan")}, "separation must"),
        (DataConfig, {"train_size": 0}, "train_size must"),
        (MachineConfig, {"threads": 0}, "threads must"),
        (MachineConfig, {"checkpoint_seconds": 0.0}, "checkpoint_seconds must"),
        (ModelConfig, {"latent_dim": 0}, "latent_dim must"),
        (MLPConfig, {"widths": (3, 0)}, "widths must"),
        (ElboConfig, {"beta": float("nan")}, "beta must"),
        (NCVAEConfig, {"noise_scale": 0.0}, "noise_scale must"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(kind, fields, named):
    with pytest.raises(InvalidInputError, match=named):
        kind(**fields)


def test_an_unknown_preset_is_answered_with_those_there_are():
    with pytest.raises(InvalidInputError, match="preset must be one of the"):
        find_preset("nothing")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_carries_its_own_name(name):
    assert PRESETS[name].config.preset == name
