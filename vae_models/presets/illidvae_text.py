"""Presets of IL-LIDVAE for synthetic sentences, Tables 1 and 5: at the size of the public code, and small twins."""

from collections.abc import Mapping

from vae_models.config import DataConfig, LaggingConfig, OptimiserConfig, RunConfig
from vae_models.presets.common import UNMENTIONED
from vae_models.presets.illidvae_printed import TABLE5
from vae_models.presets.preset import Preset
from vae_models.presets.printed import targets
from vae_models.settings.likelihoods import CategoricalConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import DecoderNetwork
from vae_models.settings.objectives import ElboConfig
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.settings.text import LIDSVAEConfig, LSTMConfig

_PUBLIC = "code: lidvae-public, synthetic text"
_SIZES = f"{_PUBLIC}; Table 3 prints 1024 for z and state, which a vocabulary of 1004 cannot take"
_DECODER = {
    "model.decoder": "paper: Definition 4.3",
    "model.decoder.layers": "paper: Table 3, LSTM of two layers",
    "model.decoder.embedding": _SIZES,
    "model.decoder.hidden": _SIZES,
    "model.decoder.widths": f"{_PUBLIC}, two layers of 128",
    "model.decoder.dropout": "ours: none is mentioned",
    "model.decoder.word_dropout": "ours: none is mentioned",
    "model.decoder.initial": "code: jxhe/vae-lagging-encoder",
    "model.decoder.initial_embedding": "code: jxhe/vae-lagging-encoder",
}
_PLAIN = {name: source for name, source in _DECODER.items() if name != "model.decoder.widths"}
_SMALL = {
    "data.source": "ours: 10,000 sentences of another draw, which are at hand",
    "data.train_size": "ours: 2,000, to end within a minute",
    "data.validation_size": "ours: the usual number",
    "batch_size": "ours: 32",
    "epochs": "ours: counted in steps",
    "steps": "ours: seconds on one core; KL and NLL of the methods differ by then",
    "evaluate_every": "ours: for the log; nothing is decided by it",
    "optimiser.optimiser": "ours: Adam, which needs fewer steps",
    "optimiser.learning_rate": "ours: 1e-3",
    "optimiser.weight_decay": "ours: none",
}


def _preset(
    name: str,
    decoder: DecoderNetwork,
    *,
    summary: str,
    row: str,
    sources: Mapping[str, str],
    small: bool,
    objective: ElboConfig = ElboConfig(),  # noqa: B008  frozen
    lagging: LaggingConfig = LaggingConfig(),  # noqa: B008  frozen
) -> Preset:
    slow = lagging.encoder_updates is not None
    return Preset(
        summary=f"{summary}, text, Table 5{' small' if small else ''}",
        config=RunConfig(
            preset=f"{'sentences' if small else 'illidvae-text'}{'-' if name else ''}{name}",
            epochs=None if small else 100,
            steps=(50 if slow else 200) if small else None,
            batch_size=32 if small else 16,
            evaluate_every=5.0 if small else 1.0,
            data=DataConfig(source="lagging-synthetic", train_size=2_000)
            if small
            else DataConfig(source="synthetic-text"),
            model=ModelConfig(
                latent_dim=5,
                encoder=LSTMConfig(embedding=50, hidden=50, dropout=0.0),
                decoder=decoder,
                likelihood=CategoricalConfig(),
            ),
            objective=objective,
            lagging=lagging,
            optimiser=OptimiserConfig(learning_rate=1e-3)
            if small
            else OptimiserConfig(optimiser="rmsprop", learning_rate=1e-3, weight_decay=5e-6),
        ),
        sources={
            **UNMENTIONED,
            "data.source": "paper: section 5.2, the synthetic text of Wang et al. (2021)",
            "data.path": "ours: the usual place in the folder of the data sets",
            "batch_size": f"{_PUBLIC}, 16",
            "epochs": f"{_PUBLIC}, 100",
            "steps": "ours: counted in epochs",
            "model.latent_dim": f"paper: section 5.2, five coordinates, as {_PUBLIC.removeprefix('code: ')}",
            "model.encoder": f"{_PUBLIC}, an LSTM",
            "model.encoder.dropout": "ours: none is mentioned",
            "model.posterior": "paper: a diagonal Gaussian that depends on x",
            "model.likelihood": "ours: the vocabulary of the data; padding counts nothing",
            "objective": "paper: section 5.2, the ELBO",
            "optimiser.optimiser": f"{_PUBLIC}, RMSprop",
            "optimiser.learning_rate": "ours: 1e-3, the code's for images; its 0.1 for text moves weights by 1",
            "optimiser.weight_decay": f"{_PUBLIC}, 5e-6",
            **sources,
            **(_SMALL if small else {}),
        },
        targets=targets(f"Table 5, synthetic text, {row}", TABLE5[row]),
    )


def _presets(*, small: bool) -> tuple[Preset, ...]:
    plain = LSTMConfig(embedding=50, hidden=50, layers=2, dropout=0.0)
    lagging = "code: jxhe/vae-lagging-encoder, at most 99 updates in blocks of 15, patience 5"
    fewer = "; 10 in blocks of 5 here, to end within a minute" if small else ""
    return (
        _preset(
            "",
            LIDSVAEConfig(strength=0.5),
            summary="IL-LIDSVAE, L = 0.5",
            row="0.5",
            sources=_DECODER | {"model.decoder.strength": "paper: Table 5, 0.5 of 0 to 5; --strength changes it"},
            small=small,
        ),
        _preset(
            "annealed",
            LIDSVAEConfig(strength=AnnealedStrengthConfig()),
            summary="IL-LIDSVAE, annealed",
            row="annealed",
            sources=_DECODER
            | {"model.decoder.strength": "paper: section 5.3, by factors of 0.85; start, tolerance, period are ours"},
            small=small,
        ),
        _preset("vae", plain, summary="VAE", row="vae", sources=_PLAIN, small=small),
        _preset(
            "beta-vae",
            plain,
            objective=ElboConfig(beta=0.2),
            summary="beta-VAE",
            row="beta-vae",
            sources=_PLAIN | {"objective.beta": "paper: Table 5, 0.2"},
            small=small,
        ),
        _preset(
            "lagging",
            plain,
            lagging=LaggingConfig(encoder_updates=10, block=5)
            if small
            else LaggingConfig(encoder_updates=99, block=15),
            summary="Lagging VAE",
            row="lagging",
            sources=_PLAIN | {"lagging": lagging + fewer},
            small=small,
        ),
    )


PRESETS = _presets(small=False) + _presets(small=True)
