"""Studies at the size of the papers: every table with its twin, every cell trainable, printed values as printed."""

import functools
import math

import pytest
import torch

from tests.vae_models.presets.stand_ins import affordable, data_of
from vae_models import sweep
from vae_models.builders.run import build
from vae_models.data.sources import load
from vae_models.engine import Engine
from vae_models.errors import DataError
from vae_models.options import read_fields
from vae_models.presets.arelbo_printed import ERROR, GAPS, GENERATION, NLL, SMOOTHNESS, TABLE1, TABLE3, TABLE7, TABLE_E8
from vae_models.presets.illidvae_printed import TABLE1_ROWS, TABLE2_ROWS, TABLE4, TABLE5
from vae_models.presets.ncvae_printed import TABLE1 as NCVAE_IMAGES
from vae_models.presets.ncvae_printed import TABLE2 as NCVAE_TEXT
from vae_models.presets.ncvae_printed import printed_of
from vae_models.presets.printed import read_table
from vae_models.presets.registry import PRESETS, find_preset
from vae_models.settings.noise import DecoderNoiseConfig, GaussianNoiseConfig
from vae_models.settings.paths import leaves
from vae_models.studies.registry import STUDIES, find_study
from variational.errors import InvalidInputError

torch.set_num_threads(1)
NAMES = [
    *(f"arelbo-{table}" for table in ("table1", "table3", "table4", "table5", "table7", "tableE8")),
    *(f"infovae-{table}" for table in ("figure1", "figure2", "figure6", "table1")),
    *(f"ncvae-{data}" for data in ("omniglot", "yahoo", "yelp")),
    *(f"illidvae-{table}" for table in ("figure1", "table1", "table2", "table4", "table5")),
]
PAPER_SIZE = [study for study in STUDIES.values() if not study.name.endswith("-small")]
ARMS = [arm for study in PAPER_SIZE for arm in study.arms]
GENERATED = {"two-gaussians", "two-points"}  # sources that need no file
LATENT = 8  # of AR-ELBO, section 4.2


@functools.cache  # reading options takes a while
def config_of(arm):
    return read_fields(find_preset(arm.preset).config, arm.fields)


def structure(config):
    """Return what decides about networks and losses: all settings, of numbers only whether they are zero."""
    parts = leaves(config)
    kept = {
        name: value == 0 if isinstance(value, float) else value
        for name, value in parts.items()
        if name.startswith(("model", "objective", "lagging"))
    }
    return config.data.source, config.data.base, tuple(sorted((name, str(value)) for name, value in kept.items()))


@functools.cache
def structures_of_presets():
    return frozenset(structure(preset.config) for preset in PRESETS.values())


def new_structures(study):
    """Return a cell of each structure that no preset has, so that the tests of presets do not build it."""
    found = {}
    for arm in study.arms:
        config = config_of(arm)
        if structure(config) not in structures_of_presets():
            found.setdefault(structure(config), config)
    return list(found.values())


def test_every_table_of_the_papers_is_a_study_with_a_small_twin(capsys):
    assert {study.name for study in PAPER_SIZE} >= set(NAMES)
    for name in NAMES:
        assert find_study(f"{name}-small").name == f"{name}-small"
        assert STUDIES[name].same_experiment
    assert sweep.main(["--list"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("study", STUDIES.values(), ids=lambda study: study.name)
def test_the_cells_of_a_study_are_different_runs(study):
    assert len({config_of(arm).identity for arm in study.arms}) == len(study.arms)


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_values_of_a_study_have_columns(name):
    study = STUDIES[name]
    printed = {target.metric for arm in study.arms for target in arm.targets}
    assert bool(printed & set(study.columns)) == ("figure" not in name)


@pytest.mark.parametrize("study", PAPER_SIZE, ids=lambda study: study.name)
def test_cells_of_another_structure_than_their_presets_are_built_and_take_a_step(study):
    for begun in new_structures(study):
        config = affordable(begun)
        data = data_of(config)
        torch.manual_seed(0)
        engine = Engine(*build(config, data), data.train, config=config)
        before = [weight.detach().clone() for weight in engine.parameters]
        assert math.isfinite(engine.step().loss.item())
        assert any(not weight.equal(old) for weight, old in zip(engine.parameters, before, strict=True))


def test_cells_of_every_dimension_are_built():
    dimensions = {config.model.latent_dim for config in new_structures(STUDIES["infovae-figure6"])}
    assert dimensions == {2, 5, 20, 40, 80}  # 10 is that of the presets


@pytest.mark.parametrize("source", sorted({find_preset(arm.preset).config.data.source for arm in ARMS} - GENERATED))
def test_data_that_are_not_there_are_named_with_file_and_command(source, tmp_path):
    configs = (config_of(arm).data for arm in ARMS)
    config = next(config for config in configs if config.source == source)
    with pytest.raises(DataError) as caught:
        load(config, tmp_path)
    message = str(caught.value)
    assert message.startswith(str(tmp_path))
    assert "\n" not in message
    assert "python -m vae_models." in message


def test_expected_gaps_of_arelbo_are_printed_in_agreement_with_the_smoothness_beside_them():
    rows = [*TABLE1["stochastic"].values(), *TABLE_E8.values()]
    assert len(rows) == 11 + 21
    for row in rows:
        assert row[SMOOTHNESS] == pytest.approx(row[GAPS[1]] / (2 * 1e-3 * LATENT), rel=0.02)
        assert row[GAPS[0]] == pytest.approx(10 * row[GAPS[1]], rel=0.06)


def test_the_kl_of_arelbo_is_printed_in_agreement_with_the_variance_beside_it():
    for row in TABLE1["stochastic"].values():
        assert row["kl"] == pytest.approx(-LATENT / 2 * math.log(row["posterior_variance_squared_units"]), rel=0.01)
    for power in ("1.0", "0.9"):  # collapsed: means at zero
        variance = 10 ** float(power)
        assert TABLE_E8[power]["kl"] == pytest.approx(LATENT / 2 * (variance - 1 - math.log(variance)), abs=0.01)


def test_tables_of_arelbo_have_their_rows():
    for rows in (TABLE1["stochastic"], TABLE_E8):
        errors = [row[ERROR] for row in rows.values()]
        assert errors == sorted(errors, reverse=True)
    assert len(TABLE3) == 4 * 8
    assert TABLE3["spatial-conditional 0.1", "Diag-D"]["variance_0_squared_units"] == 0.11
    assert all(len(set(TABLE3[noise, which].values())) == 1 for noise, which in TABLE3 if which == "Iso-I")
    assert [len(rows) for rows in GENERATION.values()] == [14, 14]
    assert GENERATION["MNIST"]["diag-d"]["fid_mixture_10_squared_units"] == 10.05
    assert GENERATION["CelebA"]["mol"]["fid_slerp_uniform_squared_units"] == 138.26
    assert all(min(rows, key=lambda name, rows=rows: rows[name][NLL]) == "diag-d" for rows in TABLE7.values())


@pytest.mark.parametrize("table", [NCVAE_IMAGES, *NCVAE_TEXT.values()])
def test_tables_of_ncvae_print_no_negative_rate(table):
    assert all(row["negative_elbo"] >= row["reconstruction"] for row in table.values())
    assert {row.partition(",")[2].strip() for row in table} >= {"beta-VAE", "NC-VAE, CD", "NC-VAE, CD, f"}


@pytest.mark.parametrize(("name", "betas", "methods"), [("omniglot", 3, 2), ("yahoo", 3, 1), ("yelp", 3, 1)])
@pytest.mark.parametrize("end", ["", "-small"])
def test_each_noise_and_beta_of_ncvae_is_a_row_with_candidates_of_delta(name, betas, methods, end):
    study = find_study(f"ncvae-{name}{end}")
    rows = [arm.row for arm in study.arms]
    assert len(set(rows)) == betas * (1 + methods)
    assert {row for row in rows if rows.count(row) == 1} == {row for row in rows if row.startswith("beta-VAE")}
    assert study.tuned_by == "mutual_information"
    assert {"negative_elbo_prior_f", "negative_elbo_prior_tuned"} <= set(study.columns)
    for arm in study.arms:
        config = config_of(arm)
        assert arm.row.endswith(f"beta = {config.objective.beta}")
        kinds = {"beta-VAE": None, "NC-VAE, GN": GaussianNoiseConfig, "NC-VAE, CD": DecoderNoiseConfig}
        kind = kinds[arm.row.partition(", beta")[0]]
        assert kind is None or isinstance(config.objective.noise, kind)


def test_other_priors_of_the_test_are_printed_beside_the_row_of_the_prior_of_training():
    row = printed_of(NCVAE_IMAGES, "1.0", "NC-VAE, GN")
    assert row == {
        "mutual_information": 1.15,
        "negative_elbo": 89.71,
        "reconstruction": 87.83,
        "active_units_count": 3,
        "negative_elbo_prior_f": 89.70,
        "negative_elbo_prior_tuned": 89.68,
    }
    assert "NC-VAE, GN, tuned: MI 1.18, -ELBO 89.68, ReconE 87.89, AU 3" in STUDIES["ncvae-omniglot"].notes[-1]


def test_rows_of_tables_1_and_2_of_illidvae_are_among_those_of_5_and_4():
    assert set(TABLE1_ROWS) < set(TABLE5)
    assert set(TABLE2_ROWS) < set(TABLE4["Fashion-MNIST"])
    for table in (TABLE4["Fashion-MNIST"], TABLE5):  # "the KL divergence increases in all tables"
        rates = [row["kl"] for key, row in table.items() if key[0].isdigit()]
        assert rates == sorted(rates)


@pytest.mark.parametrize("text", ["a: 1", "a: 1 2 3", "a: 1 2\n a: 3 4"])
def test_a_printed_table_with_a_row_of_another_length_or_twice_is_refused(text):
    with pytest.raises(InvalidInputError, match="rows must have 2 values each"):
        read_table(("kl", "nll"), text)


def test_a_small_twin_keeps_its_columns_unless_it_says_others():
    for name in ("arelbo-table3", "arelbo-table7", "infovae-figure1", "infovae-table1", "illidvae-table2"):
        assert STUDIES[f"{name}-small"].columns == STUDIES[name].columns
