"""Every kind of every part is built from its settings and takes a step, alone and beside the others."""

import dataclasses
import math
import typing

import pytest
import torch

from vae_models.builders.run import build
from vae_models.config import MachineConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.engine import Engine
from vae_models.settings import divergences, noise, objectives
from vae_models.settings.latents import ClassPriorConfig, LatentPrior, MixturePosteriorConfig, PosteriorForm
from vae_models.settings.likelihoods import (
    CategoricalConfig,
    GaussianConfig,
    LikelihoodForm,
    TrainedVarianceConfig,
)
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import (
    BrenierConfig,
    DecoderNetwork,
    EncoderNetwork,
    MLPConfig,
)
from vae_models.settings.paths import kinds
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.settings.text import LIDSVAEConfig, LSTMConfig
from variational.errors import InvalidInputError

SMALL = {
    "width": 4,
    "widths": (6,),
    "channels": (3,),
    "dense": (5,),
    "features": 5,
    "components": 3,
    "levels": 4,
    "steps": 2,
}


def small(kind):
    """Return the settings of a kind with sizes that a test can afford; a schedule keeps its length."""
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in SMALL.items() if name in names})


def images(*, count=12, noise=True):
    generator = torch.Generator().manual_seed(0)
    draws = torch.rand(count, 1, 8, 8, generator=generator)
    extra = Part(examples=torch.rand(5, 1, 8, 8, generator=generator)) if noise else None
    return DataSet(name="images", train=Part(examples=draws), noise=extra)


def engine_of(model, objective=None, *, data=None):
    config = RunConfig(
        preset="none",
        steps=1,
        batch_size=6,
        model=model,
        objective=objective or objectives.ElboConfig(),
        machine=MachineConfig(threads=1, device="cpu"),
    )
    data = data or images()
    torch.manual_seed(0)
    return Engine(*build(config, data), data.train, config=config)


def takes_a_step(engine):
    before = [weight.detach().clone() for weight in engine.parameters]
    loss = engine.step().loss.item()
    moved = [not torch.equal(old, weight) for old, weight in zip(before, engine.parameters, strict=True)]
    return math.isfinite(loss) and any(moved)


MLP = MLPConfig(widths=(6,))
PLAIN = ModelConfig(latent_dim=2, encoder=MLP, decoder=MLP)
TOKENS = {CategoricalConfig, LSTMConfig, LIDSVAEConfig}
PARTS = [
    (name, kind)
    for name, hint in (
        ("encoder", EncoderNetwork),
        ("decoder", DecoderNetwork),
        ("posterior", PosteriorForm),
        ("prior", LatentPrior),
        ("likelihood", LikelihoodForm),
    )
    for kind in kinds(hint).values()
    if kind not in TOKENS | {MixturePosteriorConfig, ClassPriorConfig}  # of tokens and of classes, below
]
CLASSES = {"posterior": MixturePosteriorConfig(classes=3), "prior": ClassPriorConfig()}


@pytest.mark.parametrize(("name", "kind"), PARTS, ids=lambda value: getattr(value, "kind", value))
def test_every_kind_of_part_is_built_and_trained(name, kind):
    if kind.kind == "arelbo" and name == "decoder":
        changed = {name: kind(network="smoothness")}
    elif kind.kind in {"pixelcnn", "gated-pixelcnn"}:
        changed = {name: kind(kernels=(3, 3, 3), channels=4)}
    elif kind.kind == "pixelcnn-pp":
        changed = {name: kind(filters=4, blocks=1)}
    elif kind.kind == "fixed":
        changed = {name: kind(variance=0.1)}
    else:
        changed = {name: small(kind)}
    assert takes_a_step(engine_of(dataclasses.replace(PLAIN, **changed)))


@pytest.mark.parametrize("kind", kinds(objectives.ObjectiveForm).values(), ids=lambda kind: kind.kind)
def test_every_objective_is_built_and_trained(kind):
    model = dataclasses.replace(PLAIN, **CLASSES) if kind is objectives.MixtureElboConfig else PLAIN
    assert takes_a_step(engine_of(model, kind()))


def test_an_annealed_constant_begins_where_it_says_and_is_measured():
    decoder = BrenierConfig(widths=(6,), strength=AnnealedStrengthConfig(start=3.0, period=1))
    engine = engine_of(dataclasses.replace(PLAIN, decoder=decoder))
    assert engine.model.decoder.strengths == (3.0, 3.0)
    assert takes_a_step(engine)
    assert engine.step().parts["measured_inverse_lipschitz"] > 0


NESTED = [
    *(objectives.InfoVAEConfig(divergence=small(kind)) for kind in kinds(objectives.Divergence).values()),
    objectives.InfoVAEConfig(divergence=divergences.MMDConfig(kernel="multiquadratic", unbiased=True)),
    *(objectives.NCVAEConfig(noise=kind()) for kind in kinds(objectives.Noise).values()),
    *(objectives.ElboConfig(inference=small(kind)) for kind in kinds(objectives.InferenceForm).values()),
    *(objectives.ElboConfig(beta=kind(start=0.5)) for kind in kinds(objectives.Weight).values()),
    objectives.RAEConfig(penalty="gradient", penalty_weight=0.1),
]


@pytest.mark.parametrize("objective", NESTED, ids=repr)
def test_every_kind_inside_an_objective_is_built_and_trained(objective):
    assert takes_a_step(engine_of(PLAIN, objective))


@pytest.mark.parametrize("which", typing.get_args(typing.get_type_hints(TrainedVarianceConfig)["parameterisation"]))
def test_every_variance_is_built_and_trained(which):
    likelihood = GaussianConfig(variance=TrainedVarianceConfig(parameterisation=which))
    assert takes_a_step(engine_of(dataclasses.replace(PLAIN, likelihood=likelihood)))


@pytest.mark.parametrize("kind", ["pixelcnn", "gated-pixelcnn"])
@pytest.mark.parametrize("which", ["Iso-I", "Diag-I", "Diag-D", "Iso-D"])
def test_a_pixel_decoder_has_every_variance_that_does_not_see_later_pixels(kind, which):
    decoder = kinds(DecoderNetwork)[kind](channels=4, maps=2, kernels=(3, 3, 3))
    likelihood = GaussianConfig(variance=TrainedVarianceConfig(parameterisation=which))
    composed = dataclasses.replace(PLAIN, decoder=decoder, likelihood=likelihood)
    if which == "Iso-D":
        with pytest.raises(InvalidInputError, match=r"^likelihood.variance must be .* for an autoregressive decoder"):
            engine_of(composed)
        return
    engine = engine_of(composed)
    assert takes_a_step(engine)
    model, x = engine.model.eval(), images(count=2).train.all()
    z, last = torch.zeros(2, PLAIN.latent_dim), x.clone()
    last[..., -1, -1] += 1  # no pixel but the last may be told apart by it
    with torch.no_grad():
        first, second = (model.likelihood.mean_and_log_variance(model.decode(z, each)) for each in (x, last))
    for one, other in zip(first, second, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


def test_tokens_take_their_number_from_the_vocabulary():
    tokens = Part(examples=torch.randint(1, 5, (12, 4), generator=torch.Generator().manual_seed(0)))
    data = DataSet(name="text", train=tokens, vocabulary=tuple("abcde"))
    config = RunConfig(preset="none", steps=1, model=ModelConfig(encoder=LSTMConfig(), likelihood=CategoricalConfig()))
    model, _ = build(config, data)
    assert model.likelihood.parameter_shape((4,)) == (4, 5)
    assert model.likelihood.padding == 0
    bare = dataclasses.replace(data, vocabulary=())
    with pytest.raises(InvalidInputError, match="classes must be given"):
        build(config, bare)


@pytest.mark.parametrize("likelihood", [CategoricalConfig(), GaussianConfig()])
def test_tokens_are_refused_by_an_encoder_of_numbers(likelihood):
    data = DataSet(name="text", train=Part(examples=torch.ones(12, 4, dtype=torch.int64)), vocabulary=tuple("abcde"))
    with pytest.raises(InvalidInputError, match=r"encoder must be lstm for whole numbers, which are tokens.*, got mlp"):
        engine_of(dataclasses.replace(PLAIN, likelihood=likelihood), data=data).step()


SENTENCES = torch.tensor([[1, 4, 2, 0, 0], [1, 5, 6, 7, 2], [1, 2, 0, 0, 0]] * 4)


@pytest.mark.parametrize(
    "decoder", [LSTMConfig(embedding=3, hidden=4), LIDSVAEConfig(embedding=3, hidden=4, widths=(5,))]
)
def test_networks_of_sentences_are_built_and_trained(decoder):
    data = DataSet(name="text", train=Part(examples=SENTENCES), vocabulary=tuple("abcdefgh"))
    encoder = LSTMConfig(embedding=3, hidden=4, layers=2)
    model = ModelConfig(latent_dim=2, encoder=encoder, decoder=decoder, likelihood=CategoricalConfig())
    engine = engine_of(model, data=data)
    assert takes_a_step(engine)
    assert engine.model.encoder.trunk.lstm.num_layers == 2
    assert engine.model.decoder.output_shape == (5, 8)
    assert engine.model.decoder.recurrence.dropout == decoder.dropout


def test_an_annealed_constant_of_a_decoder_of_sentences_is_measured_on_state_and_code_together():
    data = DataSet(name="text", train=Part(examples=SENTENCES), vocabulary=tuple("abcdefgh"))
    decoder = LIDSVAEConfig(
        embedding=3, hidden=4, widths=(5,), strength=AnnealedStrengthConfig(start=3.0, tolerance=99.0, period=1)
    )
    encoder = LSTMConfig(embedding=3, hidden=4)
    model = ModelConfig(latent_dim=2, encoder=encoder, decoder=decoder, likelihood=CategoricalConfig())
    engine = engine_of(model, data=data)
    head = engine.model.decoder.head
    assert head.strengths == (3.0, 3.0)
    latent = torch.zeros(len(SENTENCES), 2)
    places = engine.model.decoder.map_inputs(latent, SENTENCES)
    assert places.shape == (int((SENTENCES[:, :-1] != 0).sum()), 4 + 2)
    torch.testing.assert_close(  # what the logits are made of, at every place that is no padding
        head(places) + engine.model.decoder.impossible,
        engine.model.decoder(latent, SENTENCES)[:, 1:][SENTENCES[:, :-1] != 0],
    )
    assert takes_a_step(engine)
    assert engine.step().parts["measured_inverse_lipschitz"] > 0
    assert head.strengths[0] < 3.0


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_networks_of_sentences_are_refused_for_images(name):
    with pytest.raises(InvalidInputError, match=rf"^{name} must be for images where x are no sentences"):
        engine_of(dataclasses.replace(PLAIN, **{name: LSTMConfig()}))


def test_spectral_norm_is_of_the_decoder_alone():
    model = engine_of(dataclasses.replace(PLAIN, spectral_norm=True)).model
    names = [name for name, _ in model.named_parameters() if "original" in name]
    assert names
    assert all(name.startswith("decoder.") for name in names)


def test_options_reach_the_parts():
    objective = objectives.NCVAEConfig(beta=2.0, delta=3.0, noise_scale=4.0)
    built = engine_of(PLAIN, objective).objective
    assert built.weights(0) == {"reconstruction": 1.0, "kl": 2.0, "contrastive_kl": 3.0}
    assert built.parts[2].prior.variance == 16.0
    info = engine_of(PLAIN, objectives.InfoVAEConfig(alpha=0.25, scale=10.0)).objective
    assert info.weights(0) == {"reconstruction": 1.0, "kl": 0.75, "mmd": 9.25}


@pytest.mark.parametrize(
    ("model", "objective", "message"),
    [
        (PLAIN, objectives.NCVAEConfig(noise=noise.DataNoiseConfig()), "noise must be gaussian or decoder"),
        (dataclasses.replace(PLAIN, prior=kinds(LatentPrior)["vamp"](components=13)), None, "components must be"),
        (dataclasses.replace(PLAIN, prior=CLASSES["prior"]), None, "posterior must be mixture"),
        (dataclasses.replace(PLAIN, **CLASSES), None, "objective must be mixture-elbo"),
        (PLAIN, objectives.MixtureElboConfig(), "objective must be mixture-elbo"),
    ],
)
def test_what_the_data_do_not_allow_is_refused(model, objective, message):
    with pytest.raises(InvalidInputError, match=message):
        engine_of(model, objective, data=images(noise=False))
