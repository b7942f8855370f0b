"""A model whose q(z|x) is refined for each x is measured with that q(z|x), and its records say so."""

import pytest
import torch

from tests.vae_models.metrics.gaussians import detached, exact_encoder, gaussian_data, log_evidence
from tests.vae_models.metrics.test_suite import config_of, subject_of, values
from tests.vae_models.toys import DOUBLE, Linear, batch_of, linear_model, normal, random_linear
from vae_models import evaluate, train
from vae_models.compare import __main__ as compare
from vae_models.compare.records import Comparison
from vae_models.data.dataset import DataSet, Part
from vae_models.evaluation_records import read_evaluation
from vae_models.metrics.codes import RefinedEncoder, as_trained, infer
from vae_models.metrics.subject import Options, Subject
from vae_models.metrics.suite import METRICS, measure
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.refinement import Refinement
from vae_models.runs import load_run

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
SVI = Refinement(steps=60, learning_rate=0.1, momentum=0.3, clip=1e3)
FREE = {"relative_fisher", "frechet_distance_own_features_prior", "class_mismatch"}  # of q(z|x)
REFINED = "; q(z|x) refined by 60 steps of SVI from the encoder"


def far_off(linear):
    """Return the model with an encoder that gives every x the same wrong code."""
    return Linear(
        0 * linear.A, linear.a * 0 + 2, 0 * linear.log_variance - 1, linear.W, linear.b, torch.tensor(0.0, **DOUBLE)
    )


def subject(objective, *, count=150, **options):
    linear = exact_encoder(far_off(detached(random_linear(3))))
    model = linear_model(far_off(linear), kind=Posterior)
    data, _ = gaussian_data(3, 2 * count)
    parts = [Part(examples=data[:count]), Part(examples=data[count:])]
    chosen = Options(**{"split": "test", "samples": 50, "k": 10, "draws": 20, "batch_size": 40} | options)
    held = DataSet(name="linear", train=parts[0], validation=parts[1], test=parts[1])
    return Subject(model, objective, config=config_of(), data=held, options=chosen), linear


def test_the_bound_is_that_of_the_refined_posterior_and_near_the_likelihood():
    (amortised, linear), (refined, _) = subject(elbo()), subject(elbo(inference=SVI))
    nll = -log_evidence(linear, refined.x).mean().item()
    found = {name: values(each, "elbo")["negative_elbo"] for name, each in (("off", amortised), ("on", refined))}
    assert found["off"].value > nll + 1  # the encoder is far off
    assert abs(found["on"].value - nll) < 0.1 + 5 * found["on"].error
    assert "refined" not in found["off"].estimator
    assert found["on"].estimator == f"20 draws for each x{REFINED}"
    weighted = values(refined, "iw-nll")["importance_weighted_nll"]
    assert weighted.value < values(amortised, "iw-nll")["importance_weighted_nll"].value
    assert weighted.value <= found["on"].value + 0.05


def test_every_number_that_the_posterior_has_a_part_in_says_that_it_is_refined():
    plain, _, _ = subject_of()
    held = Subject(plain.trained, elbo(inference=SVI), config=plain.config, data=plain.data, options=plain.options)
    held.classifier = plain.classifier
    records = [record for name in METRICS for record in measure(held, name).records]
    said = {record.name for record in records if record.estimator.endswith(REFINED)}
    unsaid = {record.name for record in records if "refined" not in record.estimator}
    assert len(said) + len(unsaid) == len({record.name for record in records})
    assert all(any(name.startswith(part) for part in FREE) for name in unsaid)
    assert {"negative_elbo", "rate", "mutual_information", "active_units_count"} < said
    # what is said to be free of q(z|x) is the same without refinement, bit for bit
    for name in ("fisher", "class-mismatch"):
        assert measure(held, name) == measure(plain, name)
    assert (
        values(held, "frechet")["frechet_distance_own_features_prior_squared_units"]
        == (values(plain, "frechet")["frechet_distance_own_features_prior_squared_units"])
    )
    for name in ("elbo", "rate", "log-det", "mmd", "smoothness", "iw-nll", "variances"):
        ours, others = values(held, name), values(plain, name)
        assert any(ours[key].value != others[key].value for key in ours), name


def test_refined_codes_do_not_depend_on_the_batch_size_and_repeat():
    linear = detached(random_linear(0))
    model, data = linear_model(linear, kind=Posterior), normal(1, 23, 3)
    objective = elbo(inference=Refinement(steps=4))
    found = [infer(as_trained(model, objective, seed=5), data, batch_size=size) for size in (1, 7, 23)]
    for other in found[1:]:
        torch.testing.assert_close(other.mean, found[0].mean, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(other.log_variance, found[0].log_variance, rtol=1e-12, atol=1e-12)
    elsewhere = infer(as_trained(model, objective, seed=6), data, batch_size=7)
    assert not torch.equal(elsewhere.mean, found[0].mean)


def test_the_refined_posterior_is_that_of_the_objective():
    linear = detached(random_linear(0))
    model, data = linear_model(linear, kind=Posterior), normal(1, 9, 3)
    refinement = Refinement(steps=4, learning_rate=0.1)
    encoder = as_trained(model, elbo(inference=refinement), seed=0).encoder
    assert isinstance(encoder, RefinedEncoder)
    theirs = refinement(model, batch_of(data))
    torch.testing.assert_close(encoder(data).mean, theirs.mean, rtol=0, atol=0)
    assert as_trained(model, elbo(), seed=0) is model


def test_other_x_are_not_given_the_posterior_of_the_last():
    model = linear_model(detached(random_linear(0)), kind=Posterior)
    encoder = as_trained(model, elbo(inference=Refinement(steps=2)), seed=0).encoder
    first, second = normal(1, 4, 3), normal(2, 4, 3)
    kept = encoder(first)
    assert encoder(first) is kept
    assert not torch.equal(encoder(second).mean, kept.mean)
    torch.testing.assert_close(encoder(first).mean, kept.mean, rtol=0, atol=0)


def test_a_trained_run_says_so_in_every_command(tmp_path, capsys):
    words = ["digits", "--inference", "refinement", "--inference.steps", "2", "--inference.learning-rate", "0.1"]
    sizes = ["--encoder.widths", "8", "--decoder.widths", "8", "--latent-dim", "2", "--train-size", "100"]
    assert train.main([*words, *sizes, "--epochs", "2", "--threads", "1", "--out", str(tmp_path)]) == 0
    (folder,) = tmp_path.iterdir()
    assert evaluate.main([str(folder), "--metrics", "elbo,rate", "--k", "3", "--samples", "20"]) == 0
    (entry, _) = read_evaluation(folder).entries
    assert all("q(z|x) refined by 2 steps of SVI from the encoder" in record.estimator for record in entry.records)
    capsys.readouterr()
    assert compare.main([str(folder), "--examples", "50"]) == 0
    assert "\nq(z|x) refined by 2 steps of SVI from the encoder\n" in capsys.readouterr().out
    record = Comparison.from_text((folder / "comparison.json").read_text(encoding="utf-8"))
    assert record.posterior == "q(z|x) refined by 2 steps of SVI from the encoder"
    run = load_run(folder)
    plain = run.model.encoder(run.data.test.all()).mean
    assert not torch.allclose(run.codes().test.all(), plain, atol=1e-3)
