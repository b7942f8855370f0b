"""The pass of a batch: codes of further x, encoded with the data where that changes nothing, and by themselves else."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, batch_of, normal
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.networks.heads import DiagonalHead, Encoder, FixedHead, ScalarHead
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.objectives.elbo import elbo
from vae_models.objectives.passes import run
from vae_models.objectives.weighted import Part, Weighted, WeightedSum
from vae_models.priors import IsotropicPrior


class Counted(nn.Module):
    """An encoder that counts how often it is asked, and for how many x."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder, self.asked = encoder, []

    def forward(self, data):
        self.asked.append(len(data))
        return self.encoder(data)


def model_of(head, *, norm=False):
    torch.manual_seed(0)
    trunk = mlp_trunk((3,), widths=(5,))
    if norm:
        trunk.layers.append(nn.BatchNorm1d(5))  # after which the identity of the trunk is its activation
    model = Model(
        encoder=Counted(Encoder(trunk, head)),
        decoder=MLP((2,), (3,), widths=(4,)),
        prior=IsotropicPrior(latent_dim=2),
        likelihood=GaussianLikelihood(),
    )
    return model.double()


HEADS = {
    "each its own variance": lambda: DiagonalHead(5, 2),
    "one variance for all": lambda: ScalarHead(5, 2),
    "a fixed variance": lambda: FixedHead(5, 2, variance=0.3),
}


@in_general_position
@given(seed=st.integers(0, 2**31), sizes=st.lists(st.integers(1, 5), max_size=3), head=st.sampled_from(sorted(HEADS)))
def test_codes_of_further_x_are_those_of_an_encoder_asked_for_them_alone(seed, sizes, head):
    model = model_of(HEADS[head]())
    data = normal(seed, 4, 3)
    further = {str(place): normal(seed + 1 + place, size, 3) for place, size in enumerate(sizes)}
    passed = run(model, batch_of(data), further=further)
    assert model.encoder.asked == [4 + sum(sizes)]
    assert list(passed.further) == list(further)
    for found, x in ((passed.posterior, data), *zip(passed.further.values(), further.values(), strict=True)):
        alone = model.encoder.encoder(x)
        torch.testing.assert_close(found.mean, alone.mean)
        torch.testing.assert_close(found.log_variance, alone.log_variance)
        assert len(found.kl()) == len(x)


def test_statistics_of_a_batch_are_those_of_the_data_and_of_each_further_batch_by_itself():
    data, noise = normal(0, 6, 3), 5 + normal(1, 4, 3)
    model, alone = (model_of(DiagonalHead(5, 2), norm=True) for _ in range(2))
    passed = run(model, batch_of(data), further={"noise": noise})
    assert model.encoder.asked == [6, 4]
    torch.testing.assert_close(passed.posterior.mean, alone.encoder(data).mean)
    torch.testing.assert_close(passed.further["noise"].mean, alone.encoder(noise).mean)
    torch.testing.assert_close(dict(model.named_buffers()), dict(alone.named_buffers()))
    model.eval()
    run(model, batch_of(data), further={"noise": noise})
    assert model.encoder.asked == [6, 4, 10]  # statistics that are known make no difference


def test_batches_of_other_shapes_and_codes_by_other_means_are_encoded_one_by_one():
    class Any(nn.Module):
        def forward(self, data):
            return elsewhere.encoder(data[:, :3])

    elsewhere = model_of(DiagonalHead(5, 2))
    model = model_of(DiagonalHead(5, 2))
    model.encoder = Counted(Any())
    wide = torch.ones(2, 7, **DOUBLE)
    run(model, batch_of(normal(0, 4, 3)), further={"wide": wide})
    assert model.encoder.asked == [4, 2]

    inferred = []

    def inference(model, batch):
        inferred.append(len(batch.data))
        return model.encoder(batch.data)

    run(model, batch_of(normal(0, 4, 3)), further={"other": normal(1, 3, 3)}, inference=inference)
    assert inferred == [4]
    assert model.encoder.asked == [4, 2, 4, 3]


class Beside(Part):
    """The KL of x beside the data."""

    name = "beside"

    def further(self, model, batch):  # noqa: ARG002
        return batch.data[:2] + 1

    def forward(self, passed):
        return passed.further[self.name].kl().mean()


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_what_a_part_asks_for_is_encoded_with_the_data_only_where_the_part_enters_the_loss(weight):
    model, data = model_of(DiagonalHead(5, 2)), normal(0, 4, 3)
    plain = elbo()(model, batch_of(data)).loss
    expected = model.encoder(data[:2] + 1).kl().mean().detach()
    model.encoder.asked.clear()
    parts = [Weighted(part=part) for part in elbo().parts]
    terms = WeightedSum([*parts, Weighted(part=Beside(), weight=weight)])(model, batch_of(data))
    assert model.encoder.asked == ([6] if weight else [4, 2])
    assert list(terms.parts) == ["reconstruction", "kl", "beside"]
    torch.testing.assert_close(terms.parts["beside"], expected)
    torch.testing.assert_close(terms.loss, plain + weight * expected)
