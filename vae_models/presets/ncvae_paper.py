"""Presets of NC-VAE at the size of the paper: Omniglot of Table 1, Yahoo and Yelp of Table 2, these with small twins.

Each row of a table is a cell of the grid beta x noise x test prior: ``--beta`` and ``--delta`` go along one preset, the
test prior is the evaluation's.
"""

from collections.abc import Mapping

from vae_models.config import DataConfig, OptimiserConfig, PlateauConfig, RunConfig
from vae_models.presets.common import UNMENTIONED
from vae_models.presets.ncvae_printed import TABLE1, TABLE2, printed_of
from vae_models.presets.preset import Preset
from vae_models.presets.printed import targets
from vae_models.records import Target
from vae_models.settings.likelihoods import CategoricalConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import PixelCNNConfig, ResNetConfig
from vae_models.settings.noise import DecoderNoiseConfig, GaussianNoiseConfig
from vae_models.settings.objectives import ElboConfig, NCVAEConfig, ObjectiveForm
from vae_models.settings.text import LSTMConfig

_REPOSITORY = "jxhe/vae-lagging-encoder"
_LAGGING = f"code: {_REPOSITORY}"
_BETA_VAE = {"objective": "paper: eq. (1)"}
_NC = {
    "objective": "paper: eq. (12)",
    "objective.delta": "ours: tuned in the paper by validation MI and not printed; --delta goes along it",
    "objective.noise_scale": "ours: K is not stated for real data; 2",
}
_CD = {"objective.noise": "paper: section 6.2, draws of the current decoder, at every step"}

_IMAGES: Mapping[str, str] = {
    **UNMENTIONED,
    "data.source": "paper: section 6.2, Omniglot in the split of SA-VAE, made of chardata.mat",
    "data.path": "ours: chardata.mat must be brought, to its usual place or to that of --path",
    "data.binarisation": "paper: section 6.2, drawn anew for training, fixed for validation and test",
    "batch_size": f"{_LAGGING}, 50",
    "epochs": f"{_LAGGING}, at most 1000",
    "steps": "ours: counted in epochs",
    "evaluate_every": f"{_LAGGING}, each epoch decides about the learning rate",
    "model.latent_dim": f"{_LAGGING}, 32",
    "model.encoder": f"paper: section 6.2, the residual encoder of VLAE; sizes of {_REPOSITORY}",
    "model.posterior": "paper: section 6.2, diagonal Gaussian",
    "model.decoder": f"paper: section 6.2, 13-layer PixelCNN; channels and wiring of {_REPOSITORY}",
    "model.decoder.kernels": "paper: section 6.2, five 7x7, four 5x5, four 3x3",
    "model.decoder.direct": f"{_LAGGING}, PixelCNNDecoderV2",
    "model.likelihood": "paper: section 6.2, sigmoid of one channel",
    "optimiser.optimiser": "paper: section 6.2, Adam",
    "optimiser.learning_rate": "paper: section 6.2, 0.001",
    "optimiser.clip_norm": f"{_LAGGING}, 5; there for encoder and decoder apart",
    "plateau": f"{_LAGGING}, halved after 20 epochs without gain, at most 5 times",
}


def _table1(method: str) -> tuple[Target, ...]:
    return targets(f"Table 1, Omniglot, beta = 0.8, {method}", printed_of(TABLE1, "0.8", method))


def _omniglot(name: str, objective: ObjectiveForm, *, method: str, summary: str, sources: Mapping[str, str]) -> Preset:
    return Preset(
        summary=summary,
        config=RunConfig(
            preset=name,
            epochs=1000,
            batch_size=50,
            data=DataConfig(source="omniglot-chardata", binarisation="dynamic"),
            model=ModelConfig(latent_dim=32, encoder=ResNetConfig(), decoder=PixelCNNConfig()),
            objective=objective,
            optimiser=OptimiserConfig(learning_rate=1e-3, clip_norm=5.0),
            plateau=PlateauConfig(halve_after=20, max_halvings=5),
        ),
        sources={
            **_IMAGES,
            "objective.beta": "paper: Table 1, of 0.8, 1 and 5 the one at which NC-VAE differs most",
            **sources,
        },
        targets=_table1(method),
    )


_OMNIGLOT = (
    _omniglot(
        "ncvae-omniglot",
        NCVAEConfig(beta=0.8, delta=0.3, noise_scale=2.0, noise=GaussianNoiseConfig(scale=0.01)),
        method="NC-VAE, GN",
        summary="NC-VAE of Omniglot, noise GN, Table 1",
        sources=_NC
        | {
            "objective.noise": "paper: section 6.2, GN",
            "objective.noise.scale": "paper: section 6.2, N(0, 0.01) with 0.01 read as sigma",
        },
    ),
    _omniglot(
        "ncvae-omniglot-cd",
        NCVAEConfig(beta=0.8, delta=0.3, noise_scale=2.0, noise=DecoderNoiseConfig()),
        method="NC-VAE, CD",
        summary="NC-VAE of Omniglot, noise CD, Table 1",
        sources=_NC | _CD,
    ),
    _omniglot(
        "ncvae-omniglot-beta-vae",
        ElboConfig(beta=0.8),
        method="beta-VAE",
        summary="beta-VAE of Omniglot, Table 1",
        sources=_BETA_VAE,
    ),
)

_TEXT: Mapping[str, str] = {
    **UNMENTIONED,
    "data.source": "paper: section 6.2, the whole corpus, which must be brought",
    "data.path": "ours: the usual place in the folder of the data sets",
    "batch_size": f"{_LAGGING}, 32; there of equal length",
    "epochs": f"{_LAGGING}, at most 100",
    "steps": "ours: counted in epochs",
    "evaluate_every": f"{_LAGGING}, each epoch decides about the learning rate",
    "model.latent_dim": f"{_LAGGING}, 32",
    "model.encoder": f"paper: section 6.2, LSTM of one layer; sizes of {_REPOSITORY}",
    "model.posterior": "paper: section 6.2, diagonal Gaussian",
    "model.decoder": f"paper: section 6.2, LSTM of one layer, z in inputs and initial state; sizes of {_REPOSITORY}",
    "model.decoder.word_dropout": "ours: none is mentioned",
    "model.likelihood": "ours: the vocabulary of the data; padding counts nothing",
    "optimiser.optimiser": "paper: section 6.2, SGD with momentum",
    "optimiser.learning_rate": f"{_LAGGING}, 1.0",
    "optimiser.momentum": f"{_LAGGING}, 0; the paper names momentum without a value",
    "optimiser.clip_norm": f"{_LAGGING}, 5; there for encoder and decoder apart",
    "plateau": f"{_LAGGING}, halved after 2 epochs without gain from epoch 15, at most 5 times",
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
_SMALL_CD = {"objective.noise.refresh_every": "ours: every fifth step, to end within seconds; the paper draws at each"}


def _sentences(corpus: str, *, method: str, small: bool) -> Preset:
    plain = method == "beta-VAE"
    short, begin = ("small", f"sentences-ncvae-{corpus}") if small else ("", f"ncvae-{corpus}")
    noise = DecoderNoiseConfig(refresh_every=5 if small else 1)
    contrastive = NCVAEConfig(beta=1.0, delta=0.3, noise_scale=2.0, noise=noise)
    network = LSTMConfig(embedding=32, hidden=64) if small else LSTMConfig()
    return Preset(
        summary=f"{method.partition(',')[0]} of {corpus.capitalize()} sentences, Table 2 {short}".rstrip(),
        config=RunConfig(
            preset=f"{begin}-beta-vae" if plain else begin,
            epochs=None if small else 100,
            steps=200 if small else None,
            batch_size=32,
            evaluate_every=5.0 if small else 1.0,
            data=DataConfig(source=f"{corpus}-short", train_size=2_000)
            if small
            else DataConfig(source=f"{corpus}-whole"),
            model=ModelConfig(
                latent_dim=8 if small else 32, encoder=network, decoder=network, likelihood=CategoricalConfig()
            ),
            objective=ElboConfig(beta=1.0) if plain else contrastive,
            optimiser=OptimiserConfig(learning_rate=3e-3, clip_norm=5.0)
            if small
            else OptimiserConfig(optimiser="sgd", learning_rate=1.0, momentum=0.0, clip_norm=5.0),
            plateau=PlateauConfig() if small else PlateauConfig(halve_after=2, halve_from_epoch=15.0, max_halvings=5),
        ),
        sources={
            **_TEXT,
            "objective.beta": "paper: Table 2, of 0.6, 1 and 5 the VAE's own; --beta goes along them",
            **(_BETA_VAE if plain else _NC | _CD),
            **(_SMALL if small else {}),
            **(_SMALL_CD if small and not plain else {}),
        },
        targets=targets(
            f"Table 2, {corpus.capitalize()}, beta = 1, {method}", printed_of(TABLE2[corpus], "1.0", method)
        ),
    )


PRESETS = (
    *_OMNIGLOT,
    *(
        _sentences(corpus, method=method, small=small)
        for small in (False, True)
        for corpus in TABLE2
        for method in ("NC-VAE, CD", "beta-VAE")
    ),
)
