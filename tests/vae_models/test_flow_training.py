"""Flows from their settings, as posterior and as end of a decoder: built, trained, resumed, measured, refused."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.test_builders import MLP, engine_of, images
from tests.vae_models.test_engine import assert_same_weights
from tests.vae_models.toys import generator, normal
from vae_models import evaluate, train
from vae_models.builders.run import build
from vae_models.checkpoint import find_checkpoint
from vae_models.config import LaggingConfig, MachineConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.engine import Engine
from vae_models.evaluation_records import read_evaluation
from vae_models.flow_posterior import FlowPosterior
from vae_models.metrics.codes import moments
from vae_models.metrics.fisher import stages_of
from vae_models.metrics.subject import Options, Subject
from vae_models.metrics.suite import measure
from vae_models.networks.flows import RealNVP
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.settings import objectives
from vae_models.settings.latents import FlowPosteriorConfig, LatentPrior, VampPriorConfig
from vae_models.settings.likelihoods import (
    BernoulliConfig,
    GaussianConfig,
    LogisticMixtureConfig,
    TrainedVarianceConfig,
)
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import BrenierConfig, FlowDecoderConfig, MLPConfig
from vae_models.settings.paths import kinds
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.training import CHECKPOINTS, Training
from variational.errors import InvalidInputError

torch.set_num_threads(1)
POSTERIOR = FlowPosteriorConfig(widths=(5,))
CONVEX = BrenierConfig(widths=(6,))
DECODERS = {
    "flow after an MLP": FlowDecoderConfig(decoder=MLP, widths=(5,)),
    "flow after inverse Lipschitz maps": FlowDecoderConfig(decoder=CONVEX, widths=(5,), volume=False),
    "no flow": MLP,
}
LIKELIHOODS = {
    "Bernoulli": BernoulliConfig(),
    "logistic mixture": LogisticMixtureConfig(components=2, levels=4),
    **{
        which: GaussianConfig(variance=TrainedVarianceConfig(parameterisation=which), activation="sigmoid")
        for which in ("Iso-I", "Iso-D", "Diag-I", "Diag-D")
    },
}
OBJECTIVES = {
    kind: config(**({"divergence": divergence} if divergence else {}))
    for kind, config, divergence in (
        ("elbo", objectives.ElboConfig, None),
        ("nc-vae", objectives.NCVAEConfig, None),
        ("aae", objectives.AAEConfig, None),
        *(
            (f"info-vae, {name}", objectives.InfoVAEConfig, part())
            for name, part in kinds(objectives.Divergence).items()
        ),
    )
} | {
    "free bits": objectives.ElboConfig(free_bits=0.5, free_bits_per="total"),
    "wae": objectives.WAEConfig(code="draw"),
    "ar-elbo": objectives.ArElboConfig(),
}
REFUSED = {
    "mixture-elbo": (objectives.MixtureElboConfig(), "objective must be mixture-elbo where"),
    "autoencoder": (objectives.AutoencoderConfig(), "the objective is autoencoder and decodes the mean of z"),
    "rae": (objectives.RAEConfig(), "the objective is rae and decodes the mean of z"),
    "wae": (objectives.WAEConfig(), "the objective is wae and decodes the mean of z"),
    "deterministic-elbo": (objectives.DeterministicElboConfig(), "the objective is deterministic-elbo and"),
    "svi": (objectives.ElboConfig(inference=objectives.RefinementConfig()), "inference is refinement"),
    "free bits": (objectives.ElboConfig(free_bits=0.1), "free bits are for each coordinate"),
}


def model_of(**parts):
    return ModelConfig(**{"latent_dim": 2, "encoder": MLP, "decoder": MLP, "posterior": POSTERIOR} | parts)


def reached(engine, module):
    """Return whether one step of the loss reaches every weight of a module that is there for it, finitely."""
    engine.loss_of(engine.next_index()).loss.backward()
    slopes = [weight.grad for weight in module.parameters()]
    return all(slope is not None and bool(slope.isfinite().all()) for slope in slopes) and any(
        bool(slope.any()) for slope in slopes
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains_the_flow_or_is_refused(objective):
    engine = engine_of(model_of(), OBJECTIVES[objective])
    assert reached(engine, engine.model.encoder.flow)
    before = [weight.detach().clone() for weight in engine.model.encoder.flow.parameters()]
    assert all(math.isfinite(engine.step().loss.item()) for _ in range(2))
    assert any(
        not weight.equal(old) for weight, old in zip(engine.model.encoder.flow.parameters(), before, strict=True)
    )


def test_no_kind_of_objective_is_left_out():
    names = {objective.kind for objective in OBJECTIVES.values()} | {config.kind for config, _ in REFUSED.values()}
    assert names == set(kinds(objectives.ObjectiveForm))


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_a_gaussian_posterior_is_refused_in_a_line(name):
    objective, message = REFUSED[name]
    with pytest.raises(InvalidInputError, match=message) as caught:
        engine_of(model_of(), objective)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize("decoder", DECODERS)
def test_flows_of_both_sides_are_trained_with_every_likelihood(decoder, likelihood):
    config = model_of(decoder=DECODERS[decoder], likelihood=LIKELIHOODS[likelihood])
    engine = engine_of(config)
    assert reached(engine, engine.model.encoder.flow)
    if decoder != "no flow":
        assert reached(engine, engine.model.decoder.flow)


@pytest.mark.parametrize("kind", kinds(LatentPrior).values(), ids=lambda kind: kind.kind)
def test_priors_with_a_density_go_with_a_posterior_flow_and_those_made_of_posteriors_do_not(kind):
    config = model_of(prior=kind(components=3) if "components" in kind.__dataclass_fields__ else kind())
    if kind.kind in {"isotropic", "mixture"}:
        engine = engine_of(config)
        assert reached(engine, engine.model.encoder.flow)
    else:
        message = "prior must be isotropic or mixture" if kind is VampPriorConfig else "posterior must be mixture"
        with pytest.raises(InvalidInputError, match=message):
            engine_of(config)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (model_of(latent_dim=1), r"^latent_dim must be at least 2 where the posterior is a flow, got 1"),
        (model_of(decoder=FlowDecoderConfig(decoder=MLP)), r"^decoder must not be a flow where .* takes 1 number"),
    ],
)
def test_a_flow_of_one_coordinate_is_refused(config, message):
    data = DataSet(name="line", train=Part(examples=torch.rand(12, 1, generator=generator())))
    with pytest.raises(InvalidInputError, match=message):
        engine_of(config, data=data)


def test_options_reach_the_flows():
    posterior = FlowPosteriorConfig(layers=3, widths=(4, 5), volume=False)
    decoder = FlowDecoderConfig(decoder=MLPConfig(widths=(7,)), layers=1, widths=(2,))
    model = engine_of(model_of(posterior=posterior, decoder=decoder)).model
    flow, last = model.encoder.flow, model.decoder.flow
    assert (flow.dimension, len(flow.layers), flow.layers[0].volume) == (2, 3, False)
    assert (last.dimension, len(last.layers), last.layers[0].volume) == (64, 1, True)
    sizes = [weight.shape[0] for weight in flow.layers[0].network.parameters() if weight.ndim == 2]
    assert sizes == [4, 5, 2]
    assert [weight.shape[0] for weight in last.layers[0].network.parameters() if weight.ndim == 2] == [2, 128]
    assert [weight.shape[0] for weight in model.decoder.decoder.parameters() if weight.ndim == 2] == [7, 64]


@pytest.mark.parametrize("stop_at", [3, 7])
def test_a_stopped_run_with_both_flows_and_annealed_maps_goes_on_bit_for_bit(stop_at, tmp_path):
    decoder = FlowDecoderConfig(
        decoder=BrenierConfig(widths=(6,), strength=AnnealedStrengthConfig(start=3.0, tolerance=9.0, period=2)),
        widths=(5,),
    )
    config = RunConfig(
        preset="none",
        steps=12,
        batch_size=4,
        model=model_of(decoder=decoder),
        machine=MachineConfig(threads=1, device="cpu"),
    )
    data = images()

    def run(folder, stop=bool, found=None):
        torch.manual_seed(0)
        engine = Engine(*build(config, data), data.train, config=config)
        Training(engine, data, folder=folder, found=found, stop=stop).run()
        return engine

    whole = run(tmp_path)
    folder = tmp_path / "stopped"
    folder.mkdir()
    steps = iter(range(1, 100))
    assert run(folder, stop=lambda: next(steps) >= stop_at).steps == stop_at
    second = run(folder, found=find_checkpoint(folder / CHECKPOINTS, identity=config.trajectory))
    assert second.steps == whole.steps == 12
    assert_same_weights(whole.model, second.model)
    assert whole.model.decoder.decoder.strengths[0] < 3.0


def test_lagging_inference_trains_the_flow_with_the_encoder():
    config = RunConfig(
        preset="none",
        steps=4,
        batch_size=4,
        model=model_of(),
        lagging=LaggingConfig(encoder_updates=3),
        machine=MachineConfig(threads=1, device="cpu"),
    )
    data = images()
    engine = Engine(*build(config, data), data.train, config=config)
    flow = {id(weight) for weight in engine.model.encoder.flow.parameters()}
    assert not flow & {id(weight) for weight in engine.lagging.rest}
    assert engine.step().parts["encoder_updates"] == 3
    assert -1 < engine.lagging.after_epoch(data.train) <= math.log(4)  # an estimate, 0 but for its noise


def subject_of(model, data):
    config = RunConfig(preset="none", steps=1, batch_size=20, model=model, precision="float64")
    torch.manual_seed(0)
    built, _ = build(config, data)
    held = dataclasses.replace(data, test=data.train)
    options = Options(split="test", k=20, draws=2, samples=50, batch_size=7)
    return Subject(built.double().eval(), elbo(), config=config, data=held, options=options)


def still(flow):
    """Make a flow the identity."""
    with torch.no_grad():
        for weight in flow.parameters():
            weight.zero_()


def test_with_flows_that_move_nothing_every_number_is_that_of_the_model_without():
    data = images(count=200, noise=False)
    decoder = FlowDecoderConfig(decoder=CONVEX, widths=(5,))
    flows, plain = (
        subject_of(ModelConfig(latent_dim=2, encoder=MLP, **parts), data)
        for parts in ({"posterior": POSTERIOR, "decoder": decoder}, {"decoder": CONVEX})
    )
    names = {
        name.replace("encoder.encoder.", "encoder.").replace("decoder.decoder.", "decoder."): name
        for name in flows.trained.state_dict()
    }
    weights = {names[name]: value for name, value in plain.trained.state_dict().items()}
    flows.trained.load_state_dict(weights, strict=False)
    still(flows.trained.encoder.flow)
    still(flows.trained.decoder.flow)
    for name in ("elbo", "information", "rate", "iw-nll", "fisher", "active-units", "mmd", "log-det"):
        wanted = {(each.name, each.estimator): each.value for each in measure(plain, name).records}
        found = {(each.name, each.estimator): each.value for each in measure(flows, name).records}
        assert found
        if name == "log-det":
            wanted = {key: value for key, value in wanted.items() if key in found}  # none from moments
        # a KL that is estimated from draws, and codes that are other draws
        slack = {"elbo": 0.2, "active-units": 0.0, "mmd": 0.15, "log-det": 0.5}.get(name, 1e-9)
        assert found == pytest.approx(wanted, rel=1e-9, abs=slack)


def test_numbers_of_a_flow_add_up_and_a_mean_of_z_is_not_made_up():
    subject = subject_of(model_of(), images(count=60, noise=False))
    with torch.no_grad():
        for layer in subject.trained.encoder.flow.layers:
            layer.network.layers[-1].bias[2:] += 3  # shifts: z lies far from u
    rate, drawn, exact = measure(subject, "rate").records
    assert (rate.name, drawn.name, exact.name) == ("rate", "aggregate_kl", "aggregate_kl")
    full = next(each for each in measure(subject, "information").records if each.estimator.startswith("full data"))
    assert rate.value == pytest.approx(full.value + drawn.value)
    assert exact.estimator.startswith("trapezoidal")
    assert exact.value == pytest.approx(drawn.value, abs=5 * drawn.error)
    kl = next(each for each in measure(subject, "elbo").records if each.name == "kl")
    assert kl.value == pytest.approx(rate.value, abs=5 * (kl.error + rate.error))
    assert "posterior must be Gaussian" in measure(subject, "smoothness").reasons[0]
    assert {each.estimator for each in measure(subject, "log-det").records} == {
        each.estimator for each in measure(subject, "log-det").records if "draw" in each.estimator
    }


@given(seed=st.integers(0, 2**31), size=st.sampled_from([1, 4, 9]))
@settings(max_examples=5)
def test_moments_of_draws_are_those_of_a_gaussian_up_to_their_error(seed, size):
    posterior = Posterior(normal(seed, 6, 2), normal(seed + 1, 6, 2) / 2)
    found = moments(posterior, batch_size=size, pairs=40, generator=generator(seed))
    torch.testing.assert_close(found.posterior.mean, posterior.mean)
    assert ((found.posterior.log_variance - posterior.log_variance).abs() < 6 * math.sqrt(2 / 40)).all()
    again = moments(posterior, batch_size=6, pairs=40, generator=generator(seed))
    torch.testing.assert_close(found.latent, again.latent)
    flow = RealNVP(2, widths=(4,), generator=generator(seed)).double()
    moved = FlowPosterior(posterior.mean, posterior.log_variance, flow=flow)
    latent = moments(moved, batch_size=size, pairs=40, generator=generator(seed)).latent
    torch.testing.assert_close(latent, flow(found.latent)[0].detach())


def test_the_stages_of_a_decoder_with_a_flow_are_the_decoder():
    subject = subject_of(model_of(decoder=DECODERS["flow after inverse Lipschitz maps"]), images(noise=False))
    decoder, latent = subject.trained.decoder, normal(0, 5, 2)
    stages = stages_of(decoder)
    torch.testing.assert_close(stages.outer(stages.inner(latent)), decoder(latent))
    assert stages.constant == 1.0
    assert stages_of(decoder.flow) is None
    measured, bound = (each.value for each in measure(subject, "fisher").records)
    assert measured >= bound > 0


def test_the_commands_train_and_measure_a_model_with_flows(tmp_path, capsys):
    words = ["digits", "--posterior", "flow", "--decoder", "flow", "--model.decoder.decoder", "mlp", "--steps", "2"]
    words += ["--latent-dim", "2", "--train-size", "80", "--threads", "1", "--device", "cpu", "--out", str(tmp_path)]
    assert train.main(words) == 0
    (folder,) = tmp_path.iterdir()
    names = "elbo,information,rate,iw-nll,active-units,mmd,log-det"
    assert evaluate.main([str(folder), "--metrics", names, "--k", "3"]) == 0
    found = read_evaluation(folder)
    assert {entry.metric for entry in found.entries if entry.records} == set(names.split(","))
    assert "mutual_information" in capsys.readouterr().out
