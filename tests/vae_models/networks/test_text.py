"""LSTM encoder and decoders of sentences: padding changes nothing, masses sum to one, draws are exact."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.toys import batch_of
from vae_models.data.text import BEGIN, END, PADDING, SPECIAL, UNKNOWN, encode, text_data
from vae_models.likelihoods.discrete import CategoricalLikelihood
from vae_models.metrics.likelihood import importance_weighted_nll
from vae_models.model import AutoregressiveDecoder, Model
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.networks.lidsvae import InverseLipschitzLSTMDecoder
from vae_models.networks.recurrent import Recurrence, require_sentences
from vae_models.networks.text import LSTMDecoder, LSTMTrunk
from vae_models.noise import DecoderNoise
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

torch.set_num_threads(1)
DOUBLE = torch.float64
SEEDS = st.integers(0, 2**31)
WORDS = ("a", "b")
CLASSES = len(SPECIAL) + len(WORDS)
LENGTH = 5
LIKELIHOOD = CategoricalLikelihood(classes=CLASSES, padding=PADDING)
SMALL = {"embedding": 4, "hidden": 3, "initial": 1.0, "initial_embedding": 1.0, "dropout": 0.0}

KINDS = {
    "LSTM": lambda latent, length, **o: LSTMDecoder(latent, length, CLASSES, recurrence=Recurrence(**SMALL), **o),
    "LSTM of two layers": lambda latent, length, **o: LSTMDecoder(
        latent, length, CLASSES, recurrence=Recurrence(**SMALL, layers=2), **o
    ),
    "IL-LIDSVAE": lambda latent, length, **o: InverseLipschitzLSTMDecoder(
        latent, length, CLASSES, recurrence=Recurrence(**SMALL, layers=2), widths=(4, 4), **o
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def build(kind, *, length=LENGTH, latent_dim=2, seed=0):
    return KINDS[kind](latent_dim, length, generator=seeded(seed)).double().eval()


def trunk(length=LENGTH, *, seed=0):
    recurrence = Recurrence(**SMALL, layers=2)
    return LSTMTrunk(length, CLASSES, recurrence=recurrence, generator=seeded(seed)).double()


def codes(count, latent_dim=2, seed=3):
    return torch.randn(count, latent_dim, generator=seeded(seed), dtype=DOUBLE)


def every_row(length=LENGTH):
    """Return every row of tokens: END and padding, or no END within the row."""
    tokens = (UNKNOWN, *range(len(SPECIAL), CLASSES))
    rows = [(BEGIN, *row) for row in itertools.product(tokens, repeat=length - 1)]
    for words in range(length - 1):
        padding = (PADDING,) * (length - 2 - words)
        rows += [(BEGIN, *row, END, *padding) for row in itertools.product(tokens, repeat=words)]
    return torch.tensor(rows)


def masses(decoder, latent, rows):
    with torch.no_grad():
        return LIKELIHOOD.log_density(decoder(latent.expand(len(rows), -1), rows), rows)


SENTENCES = st.lists(st.lists(st.sampled_from((*WORDS, "odd")), min_size=0, max_size=3), min_size=1, max_size=5)


def rows_of(sentences, length=LENGTH):
    return encode(sentences, (*SPECIAL, *WORDS), length=length)


# --- the law -----------------------------------------------------------------------------------------


@every_kind
@given(seed=SEEDS)
@settings(max_examples=10)
def test_the_masses_of_all_sentences_sum_to_one(kind, seed):
    decoder, rows = build(kind, seed=seed), every_row()
    assert len(rows) == 3**4 + sum(3**words for words in range(4))
    total = torch.logsumexp(masses(decoder, codes(1, seed=seed), rows), dim=0)
    torch.testing.assert_close(total, torch.zeros((), dtype=DOUBLE), rtol=0, atol=1e-12)


@every_kind
@given(sentences=SENTENCES, further=st.integers(1, 4), seed=SEEDS)
@settings(max_examples=20)
def test_further_padding_and_other_rows_of_the_batch_change_no_likelihood(kind, sentences, further, seed):
    short, long = build(kind, seed=seed), build(kind, length=LENGTH + further, seed=seed)
    latent = codes(len(sentences), seed=seed)
    rows, wide = rows_of(sentences), rows_of(sentences, LENGTH + further)
    with torch.no_grad():
        together = LIKELIHOOD.log_density(short(latent, rows), rows)
        padded = LIKELIHOOD.log_density(long(latent, wide), wide)
        alone = [LIKELIHOOD.log_density(short(latent[[i]], rows[[i]]), rows[[i]]) for i in range(len(rows))]
    torch.testing.assert_close(padded, together)
    torch.testing.assert_close(torch.cat(alone), together)


@given(sentences=SENTENCES, further=st.integers(1, 4), seed=SEEDS)
@settings(max_examples=20)
def test_further_padding_and_other_rows_of_the_batch_change_no_features(sentences, further, seed):
    trunks = [trunk(length, seed=seed) for length in (LENGTH, LENGTH + further)]
    rows = rows_of(sentences)
    together = trunks[0](rows)
    torch.testing.assert_close(trunks[1](rows_of(sentences, LENGTH + further)), together)
    torch.testing.assert_close(torch.cat([trunks[0](row[None]) for row in rows]), together)
    for row, features in zip(rows, together, strict=True):  # the state after END, by the layer itself
        cut = row[row != PADDING][None]
        expected = trunks[0].lstm(trunks[0].embedding(cut))[1][0][-1, 0]
        torch.testing.assert_close(features, expected)


@every_kind
def test_a_place_sees_the_tokens_before_it_and_all_of_z(kind):
    decoder, kept = build(kind), []
    decoder.embedding.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    latent = codes(1).requires_grad_()
    logits = decoder(latent, torch.tensor([[BEGIN, 4, 5, 4, END]]))
    for place in range(1, LENGTH):
        finite = logits[0, place][torch.isfinite(logits[0, place])]
        assert len(finite) == CLASSES - 2
        value = (finite * torch.arange(1.0, 5.0, dtype=DOUBLE)).sum()
        by_tokens, by_latent = torch.autograd.grad(value, (kept[0], latent), retain_graph=True)
        assert (by_tokens[0] != 0).any(dim=1).tolist() == [before < place for before in range(LENGTH - 1)]
        assert (by_latent != 0).all()


@every_kind
def test_begin_is_certain_at_the_first_place_and_gradients_are_finite(kind):
    decoder, rows = build(kind), rows_of([["a"], ["b", "odd", "a"]])
    logits = decoder(codes(2), rows)
    assert torch.log_softmax(logits, dim=-1)[:, 0, BEGIN].tolist() == [0.0, 0.0]
    LIKELIHOOD.log_density(logits, rows).sum().backward()
    for name, parameter in decoder.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
    assert isinstance(decoder, AutoregressiveDecoder)


# --- draws ---------------------------------------------------------------------------------------------


@torch.no_grad()
def sample_by_whole_passes(decoder, latent, generator):
    tokens = torch.full((len(latent), *decoder.data_shape), PADDING)
    tokens[:, 0] = BEGIN
    for place in range(1, tokens.shape[1]):
        tokens[:, place] = UNKNOWN  # so that the place is reached; nothing before it may depend on this
        drawn = LIKELIHOOD.sample(decoder(latent, tokens)[:, place : place + 1], generator=generator)[:, 0]
        over = (tokens[:, :place] == END).any(dim=1)
        tokens[:, place] = torch.where(over, PADDING, drawn)
        if ((tokens == END).any(dim=1)).all():
            break
    return tokens


@every_kind
def test_draws_token_by_token_are_those_of_whole_passes(kind):
    decoder, latent = build(kind, length=9, seed=2), codes(30)
    drawn = decoder.sample(latent, LIKELIHOOD, generator=seeded(1))
    naive = sample_by_whole_passes(decoder, latent, seeded(1))
    assert len(set((drawn == PADDING).sum(dim=1).tolist())) > 2  # of several lengths
    torch.testing.assert_close(drawn, naive, rtol=0, atol=0)


@every_kind
def test_draws_follow_the_masses(kind):
    decoder, rows = build(kind, length=4), every_row(4)
    latent = codes(1)
    expected = masses(decoder, latent, rows).exp().numpy()
    count = 20_000
    drawn = decoder.sample(latent.expand(count, -1), LIKELIHOOD, generator=seeded(2))
    found = np.array([(drawn == row).all(dim=1).sum().item() for row in rows]) / count
    deviation = np.sqrt(expected * (1 - expected) / count)
    assert found.sum() == pytest.approx(1.0)
    assert np.all(np.abs(found - expected) <= 5 * deviation + 1 / count)


def test_a_draw_is_made_in_evaluation_mode_and_carries_no_gradient():
    noisy = Recurrence(**{**SMALL, "dropout": 0.5, "word_dropout": 0.5})
    decoder = LSTMDecoder(2, LENGTH, CLASSES, recurrence=noisy, generator=seeded()).double()
    latent = codes(6).requires_grad_()
    first, second = (decoder.sample(latent, LIKELIHOOD, generator=seeded(1)) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first, decoder.eval().sample(latent, LIKELIHOOD, generator=seeded(1)), rtol=0, atol=0)
    assert first.dtype == torch.int64


# --- what each decoder is --------------------------------------------------------------------------------


def test_z_is_in_every_input_and_in_the_initial_state():
    row = torch.tensor([[BEGIN, 4, 5, 4, END]])

    def depends(change):
        decoder = build("LSTM")
        with torch.no_grad():
            change(decoder)
        latent = codes(1).requires_grad_()
        finite = decoder(latent, row)[0, 1:, END:]
        return [(torch.autograd.grad(place.sum(), latent, retain_graph=True)[0] != 0).any() for place in finite]

    assert all(depends(lambda decoder: decoder.state_layer.weight.zero_()))
    assert all(depends(lambda decoder: decoder.lstm.weight_ih_l0[:, 4:].zero_()))

    def neither(decoder):
        decoder.state_layer.weight.zero_()
        decoder.lstm.weight_ih_l0[:, 4:].zero_()

    assert not any(depends(neither))
    decoder = build("LSTM")
    hidden, cell = decoder.initial_state(codes(3))
    torch.testing.assert_close(cell[0], codes(3) @ decoder.state_layer.weight.T)
    torch.testing.assert_close(hidden, torch.tanh(cell))


def test_word_dropout_hides_tokens_in_training_only():
    hiding = Recurrence(**{**SMALL, "word_dropout": 1.0})
    decoder = LSTMDecoder(2, LENGTH, CLASSES, recurrence=hiding, generator=seeded()).double()
    rows = torch.tensor([[BEGIN, 4, 5, 4, END], [BEGIN, UNKNOWN, UNKNOWN, UNKNOWN, END]])
    latent = codes(1).expand(2, -1)
    hidden = decoder(latent, rows)
    torch.testing.assert_close(hidden[0], hidden[1])
    shown = decoder.eval()(latent, rows)
    torch.testing.assert_close(shown[1], hidden[1])
    assert (shown[0, 2:, END:] - hidden[0, 2:, END:]).abs().min() > 1e-6
    half = LSTMDecoder(2, LENGTH, CLASSES, recurrence=Recurrence(**{**SMALL, "word_dropout": 0.5}), generator=seeded())
    torch.manual_seed(0)
    shares = torch.stack([half.double()(latent, rows)[0, 2, END] for _ in range(400)])
    assert abs((shares == shown[0, 2, END]).double().mean() - 0.5) < 5 * 0.5 / 20


@given(seed=SEEDS, strength=st.sampled_from([0.2, 1.0, 2.5]))
@settings(max_examples=15)
def test_the_map_from_z_to_the_logits_is_inverse_lipschitz_at_every_place(seed, strength):
    decoder = InverseLipschitzLSTMDecoder(
        2, LENGTH, CLASSES, recurrence=Recurrence(**SMALL, layers=2), strength=strength, generator=seeded(seed)
    ).double()
    outputs = torch.randn(1, 4, 3, generator=seeded(seed), dtype=DOUBLE)
    first, second = codes(1, seed=seed), codes(1, seed=seed + 1)
    distance = (decoder.scores(outputs, first) - decoder.scores(outputs, second)).norm(dim=2)
    assert (distance >= strength**2 * (first - second).norm() * (1 - 1e-12)).all()
    state = decoder.initial_state(codes(2))
    torch.testing.assert_close(state[0][:, 0], state[0][:, 1], rtol=0, atol=0)


def test_the_networks_of_the_paper_have_their_numbers_of_weights_and_initial_law():
    classes, length = 20_001, 80
    with torch.device("meta"):
        encoder, decoder = LSTMTrunk(length, classes), LSTMDecoder(32, length, classes)
    lstm = 4 * 1024 * (512 + 1024 + 2)
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 512 * classes + lstm
    expected = 512 * classes + lstm + 4 * 1024 * 32 + 32 * 1024 + 1024 * classes
    assert sum(parameter.numel() for parameter in decoder.parameters()) == expected
    drawn = LSTMDecoder(32, 10, 100, generator=seeded())
    for name, parameter in drawn.named_parameters():
        bound = 0.1 if name.startswith("embedding") else 0.01
        assert 0.98 * bound < parameter.abs().max() <= bound, name


# --- as part of a model ------------------------------------------------------------------------------------


class Constant(torch.nn.Module):
    """q(z|x) = N(0, 1) for every x, so that an importance weight is p(x|z)."""

    def forward(self, data):
        zeros = torch.zeros(len(data), 1, dtype=DOUBLE)
        return Posterior(zeros, zeros)


@every_kind
def test_the_importance_weighted_likelihood_is_that_of_quadrature(kind):
    decoder, rows = build(kind, length=3, latent_dim=1), every_row(3)
    prior = IsotropicPrior(latent_dim=1).double()
    model = Model(encoder=Constant(), decoder=decoder, prior=prior, likelihood=LIKELIHOOD)
    nodes, weights = (torch.tensor(part, dtype=DOUBLE) for part in np.polynomial.hermite_e.hermegauss(120))
    each = torch.stack([masses(decoder, node.reshape(1, 1), rows).exp() for node in nodes])
    weights = weights / weights.sum()
    evidence, second = weights @ each, weights @ each.square()
    torch.testing.assert_close(evidence.sum(), torch.ones((), dtype=DOUBLE), rtol=0, atol=1e-9)
    k = 2000
    error = math.sqrt((((second / evidence.square()) - 1) / k).sum()) / len(rows)
    found = importance_weighted_nll(model, rows, k=k, split="test", chunk=1000, generator=seeded(4))
    assert error < 0.02
    assert abs(found.value + evidence.log().mean().item()) < 5 * error


def test_a_model_of_text_has_a_loss_and_gives_noise_of_its_own():
    data = text_data("toy", [["a", "b"], ["b"], ["a"]] * 5, None, validation=3, seed=0)
    length, classes = data.train.shape[0], len(data.vocabulary)
    recurrence = Recurrence(**SMALL)
    model = Model(
        encoder=Encoder(
            LSTMTrunk(length, classes, recurrence=recurrence, generator=seeded()),
            DiagonalHead(3, 2, generator=seeded()),
        ),
        decoder=LSTMDecoder(2, length, classes, recurrence=recurrence, generator=seeded()),
        prior=IsotropicPrior(latent_dim=2),
        likelihood=CategoricalLikelihood(classes=classes, padding=PADDING),
    )
    rows = data.train.examples
    losses = [elbo()(model, batch_of(rows)).loss]
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(20):
        optimiser.zero_grad()
        elbo()(model, batch_of(rows)).loss.backward()
        optimiser.step()
    losses.append(elbo()(model, batch_of(rows)).loss)
    assert losses[1] < losses[0] - 1
    noise = DecoderNoise(refresh_every=2)(model, batch_of(rows))
    assert noise.shape == rows.shape
    assert noise.dtype == torch.int64
    assert (noise[:, 0] == BEGIN).all()
    assert torch.isfinite(model.encoder(noise).mean).all()


# --- errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (torch.tensor([[BEGIN, 4, END]]), r"^x must have shape \(batch, 5\), got \(1, 3\)$"),
        (torch.tensor([[BEGIN, 6, END, 0, 0]]), r"^x must hold token numbers from 0 to 5, got 0 to 6$"),
        (torch.tensor([[BEGIN, -1, END, 0, 0]]), r"^x must hold token numbers from 0 to 5, got -1 to 2$"),
        (torch.tensor([[4, 4, END, 0, 0]]), r"^x must have 1 \(begin\) at the start of every row"),
        (torch.tensor([[PADDING] * 5]), r"^x must have 1 \(begin\) at the start of every row"),
        (torch.zeros(1, 5), r"^x must hold token numbers, got torch.float32"),
    ],
)
def test_rows_that_are_no_sentences_are_refused(rows, message):
    with pytest.raises(InvalidInputError, match=message):
        require_sentences(rows, length=LENGTH, classes=CLASSES)
    if not rows.is_floating_point():  # which the annotations refuse here
        for refusing in (lambda: build("LSTM")(codes(1), rows), lambda: trunk()(rows)):
            with pytest.raises(InvalidInputError, match=message):
                refusing()


@pytest.mark.parametrize(
    ("build_it", "message"),
    [
        (lambda: LSTMDecoder(0, 5, 6), r"^latent_dim must be"),
        (lambda: LSTMDecoder(1, 2, 6), r"^length must be a whole number >= 3"),
        (lambda: LSTMTrunk(5, 4), r"^classes must be a whole number >= 5"),
        (lambda: Recurrence(hidden=0), r"^hidden must be"),
        (lambda: Recurrence(word_dropout=1.5), r"^word_dropout must be"),
        (lambda: Recurrence(initial=-1.0), r"^initial must be"),
        (
            lambda: InverseLipschitzLSTMDecoder(4, 5, 6, recurrence=Recurrence(**SMALL)),
            r"^latent_dim must be at most the 6 entries of output_shape, got 7",
        ),
    ],
)
def test_bad_options_are_named(build_it, message):
    with pytest.raises(InvalidInputError, match=message):
        build_it()
