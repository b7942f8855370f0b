"""Presets of NC-VAE for sentences, Yahoo and Yelp of Table 2: at the size of the paper, and small twins.

Each row of the table is a cell of the grid beta x noise x test prior: ``--beta`` and ``--delta`` go along one preset,
the test prior is the evaluation's.
"""

import dataclasses
from collections.abc import Mapping

from vae_models.config import DataConfig, OptimiserConfig, PlateauConfig, RunConfig
from vae_models.presets.common import UNMENTIONED
from vae_models.presets.ncvae_paper import BETA_VAE, CD, LAGGING, NC, REPOSITORY
from vae_models.presets.ncvae_printed import TABLE2, printed_of
from vae_models.presets.preset import Preset
from vae_models.presets.printed import targets
from vae_models.settings.likelihoods import CategoricalConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.noise import DecoderNoiseConfig
from vae_models.settings.objectives import ElboConfig, NCVAEConfig
from vae_models.settings.text import LSTMConfig

_TEXT: Mapping[str, str] = {
    **UNMENTIONED,
    "data.source": "paper: section 6.2, the whole corpus, which must be brought",
    "data.path": "ours: the usual place in the folder of the data sets",
    "batch_size": f"{LAGGING}, 32; there of equal length",
    "epochs": f"{LAGGING}, at most 100",
    "steps": "ours: counted in epochs",
    "evaluate_every": f"{LAGGING}, each epoch decides about the learning rate",
    "model.latent_dim": f"{LAGGING}, 32",
    "model.encoder": f"paper: section 6.2, LSTM of one layer; sizes of {REPOSITORY}",
    "model.posterior": "paper: section 6.2, diagonal Gaussian",
    "model.decoder": f"paper: section 6.2, LSTM of one layer, z in inputs and initial state; sizes of {REPOSITORY}",
    "model.decoder.word_dropout": "ours: none is mentioned",
    "model.likelihood": "ours: the vocabulary of the data; padding counts nothing",
    "optimiser.optimiser": "paper: section 6.2, SGD with momentum",
    "optimiser.learning_rate": f"{LAGGING}, 1.0",
    "optimiser.momentum": f"{LAGGING}, 0; the paper names momentum without a value",
    "optimiser.clip_norm": f"{LAGGING}, 5; there for encoder and decoder apart",
    "plateau": f"{LAGGING}, halved after 2 epochs without gain from epoch 15, at most 5 times",
}

_SMALL: Mapping[str, str] = {
    "data.source": "ours: the parts at hand, 10 words of each sentence, vocabulary 500, to end within seconds",
    "data.train_size": "ours: 2,000, to end within seconds",
    "epochs": "ours: counted in steps",
    "steps": "ours: some seconds on one core",
    "evaluate_every": "ours: for the log; nothing is decided by it",
    "model.latent_dim": "ours: 8, enough for short sentences",
    "model.encoder": "paper: section 6.2, LSTM of one layer; its size is ours",
    "model.decoder": "paper: section 6.2, LSTM of one layer, z in inputs and initial state; its size is ours",
    "optimiser": "ours: Adam, which needs fewer steps",
    "optimiser.optimiser": "ours: Adam, which needs fewer steps",
    "optimiser.learning_rate": "ours: 3e-3",
    "optimiser.momentum": "ours: none",
    "plateau": "ours: none",
}
_SMALL_NOISE = {
    "objective.noise.refresh_every": "ours: every fifth step, to end within seconds; the paper draws at each"
}


def _paper_size(corpus: str) -> RunConfig:
    network = LSTMConfig()
    return RunConfig(
        preset=f"ncvae-{corpus}",
        epochs=100,
        batch_size=32,
        data=DataConfig(source=f"{corpus}-whole"),
        model=ModelConfig(latent_dim=32, encoder=network, decoder=network, likelihood=CategoricalConfig()),
        objective=NCVAEConfig(beta=1.0, delta=0.3, noise_scale=2.0, noise=DecoderNoiseConfig()),
        optimiser=OptimiserConfig(optimiser="sgd", learning_rate=1.0, momentum=0.0, clip_norm=5.0),
        plateau=PlateauConfig(halve_after=2, halve_from_epoch=15.0, max_halvings=5),
    )


def _small_twin(corpus: str) -> RunConfig:
    network = LSTMConfig(embedding=32, hidden=64)
    return RunConfig(
        preset=f"sentences-ncvae-{corpus}",
        steps=800,
        batch_size=32,
        evaluate_every=5.0,
        data=DataConfig(source=f"{corpus}-short", train_size=2_000),
        model=ModelConfig(latent_dim=8, encoder=network, decoder=network, likelihood=CategoricalConfig()),
        objective=NCVAEConfig(beta=1.0, delta=0.3, noise_scale=2.0, noise=DecoderNoiseConfig(refresh_every=5)),
        optimiser=OptimiserConfig(learning_rate=3e-3, clip_norm=5.0),
    )


def _preset(config: RunConfig, corpus: str, method: str, *, size: str, sources: Mapping[str, str]) -> Preset:
    name = corpus.capitalize()
    return Preset(
        summary=f"{method.partition(',')[0]} of {name} sentences, Table 2{size}",
        config=config,
        sources={
            **_TEXT,
            "objective.beta": "paper: Table 2, of 0.6, 1 and 5 the VAE's own; --beta goes along them",
            **sources,
        },
        targets=targets(f"Table 2, {name}, beta = 1, {method}", printed_of(TABLE2[corpus], "1.0", method)),
    )


def _pair(
    config: RunConfig, corpus: str, *, size: str, sources: Mapping[str, str], noise: Mapping[str, str]
) -> tuple[Preset, Preset]:
    """Return the NC-VAE of a configuration and, trained alike, the beta-VAE."""
    plain = dataclasses.replace(config, preset=f"{config.preset}-beta-vae", objective=ElboConfig(beta=1.0))
    return (
        _preset(config, corpus, "NC-VAE, CD", size=size, sources={**NC, **CD, **sources, **noise}),
        _preset(plain, corpus, "beta-VAE", size=size, sources={**BETA_VAE, **sources}),
    )


PRESETS = (
    *(preset for corpus in TABLE2 for preset in _pair(_paper_size(corpus), corpus, size="", sources={}, noise={})),
    *(
        preset
        for corpus in TABLE2
        for preset in _pair(_small_twin(corpus), corpus, size=" small", sources=_SMALL, noise=_SMALL_NOISE)
    ),
)
