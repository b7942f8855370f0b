"""How near do trained encoders come to the exact optimum, and what do estimators make of the information they keep?

    python benchmarks/trained.py [--quick] [--out FILE]        needs the extra `train`: pip install -e ".[train]"

Small networks of three widths learn codes on the line for eight values of x, under three losses whose optima over all
encoders are enclosed. The distance to the optimum rests on no draw. At the end the information that the widest network
keeps is found by quadrature and by the estimators in batches, whose caps are ln B; so is that of a beta-VAE with small
beta, which keeps more than small batches can show.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import timing
import torch
from torch import Tensor, nn

from vae_models.compare.finite import finite_distance
from vae_models.likelihoods.discrete import CategoricalLikelihood
from vae_models.metrics.codes import encode
from vae_models.metrics.information import in_batch_information, leave_one_out_information
from vae_models.metrics.rate import quadrature_rate_split
from vae_models.model import Model
from vae_models.objective import Batch
from vae_models.objectives.nc_vae import nc_vae
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior

OUT = Path(__file__).with_suffix(".json")
DATA = (4, 10, 16, 14, 10, 6, 3, 1)  # of 64 draws, how often each x comes
NOISE = (1, 1, 2, 4, 8, 16, 20, 12)
SETTINGS = (
    {"beta": 2.0, "delta": 0.0, "noise_scale": 3.0},  # beta-VAE, whose optimum ignores the data
    {"beta": 2.0, "delta": 1.0, "noise_scale": 3.0},
    {"beta": 1.05, "delta": 5.0, "noise_scale": 10.0},
)
INFORMATIVE = {"beta": 0.02, "delta": 0.0, "noise_scale": 3.0}  # beta < 1: nearly all of the data is kept
WIDTHS = (2, 8, 32)
STEPS = (0, 3, 10, 30, 100, 300, 1000)  # after which the distance is measured
BATCH, RATE, SEED = 256, 1e-2, 0
BATCHES = (2, 4, 8, 16, 64, 256, 1024)  # B of the estimators
DRAWS = 4096


class PointEncoder(nn.Module):
    """Two hidden layers from the place of x on the line to mean and log variance."""

    def __init__(self, width: int) -> None:
        """Make the layers."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
        )

    def forward(self, data: Tensor) -> Posterior:
        """Return q(z|x)."""
        return Posterior(*self.layers(2 * data.double() / (len(DATA) - 1) - 1).chunk(2, dim=-1))


class GivenNoise(nn.Module):
    """Draws from the law of the noise."""

    def forward(self, model: Model, batch: Batch) -> Tensor:  # noqa: ARG002
        """Return as many as the batch has."""
        return drawn(NOISE, len(batch.data), batch.generator)


def drawn(counts: Sequence[int], number: int, generator: torch.Generator) -> Tensor:
    """Return draws with probabilities in proportion to counts, shape (number, 1)."""
    chosen = torch.multinomial(torch.tensor(counts).double(), number, replacement=True, generator=generator)
    return chosen[:, None]


def make_model(width: int) -> Model:
    """Return a model whose decoder may give any probabilities of x."""
    torch.manual_seed(SEED)
    decoder = nn.Sequential(
        nn.Linear(1, width), nn.Tanh(), nn.Linear(width, len(DATA)), nn.Unflatten(1, (1, len(DATA)))
    )
    return Model(
        encoder=PointEncoder(width),
        decoder=decoder,
        prior=IsotropicPrior(latent_dim=1),
        likelihood=CategoricalLikelihood(classes=len(DATA)),
    ).double()


def train(setting: dict[str, float], width: int, steps: Sequence[int]) -> tuple[Model, dict[str, Any]]:
    """Return a trained model and, for beta >= 1, its distances from the optimum after each of some numbers of steps."""
    model = make_model(width)
    contrastive = IsotropicPrior(latent_dim=1, variance=setting["noise_scale"] ** 2)
    objective = nc_vae(noise=GivenNoise(), contrastive_prior=contrastive, beta=setting["beta"], delta=setting["delta"])
    generator = torch.Generator().manual_seed(SEED)
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    points = torch.arange(len(DATA))[:, None]
    laws = [torch.tensor(counts).double() / sum(counts) for counts in (DATA, NOISE)]
    row: dict[str, Any] = {"setting": setting, "width": width, "steps": list(steps)}
    names = ("gap_lower", "gap_upper", "total_lower", "total_upper", "optimum_lower", "optimum_upper")
    row |= {name: [] for name in names}
    for step in range(steps[-1] + 1):
        if step in steps and setting["beta"] >= 1:
            draws = torch.Generator().manual_seed(SEED)
            found = finite_distance(model, objective, points, laws[0], noise=laws[1], generator=draws)
            for name in names:
                row[name].append(getattr(found, name).value)
        data = drawn(DATA, BATCH, generator)
        batch = Batch(data=data, index=torch.arange(BATCH), step=step, generator=generator)
        optimiser.zero_grad()
        objective(model, batch).loss.backward()
        optimiser.step()
    return model, row


def information(model: Model) -> dict[str, Any]:
    """Return I(X;Z) by quadrature, and estimates of it in batches with their caps."""
    every = torch.repeat_interleave(torch.arange(len(DATA)), torch.tensor(DATA))[:, None]
    with torch.no_grad():
        exact = quadrature_rate_split(model.encoder(every), model.prior, split="train").information
    generator = torch.Generator().manual_seed(SEED)
    codes = encode(model, drawn(DATA, DRAWS, generator), generator=generator)
    estimates = [in_batch_information(codes, batch_size=size, split="train") for size in BATCHES]
    out = leave_one_out_information(codes, split="train")
    return {
        "exact": exact.value,
        "in_batch": [
            {"batch": size, "value": one.value, "error": one.error, "cap": one.cap}
            for size, one in zip(BATCHES, estimates, strict=True)
        ],
        "leave_one_out": {"value": out.value, "error": out.error},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Train, measure, write the record and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few steps and the smaller widths")
    parser.add_argument("--out", type=Path, default=OUT, help="where the record goes")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    steps, widths = (STEPS[:4], WIDTHS[:2]) if options.quick else (STEPS, WIDTHS)
    results = []
    for setting in SETTINGS:
        for width in widths:
            model, row = train(setting, width, steps)
            timing.say(f"{setting}, width {width}: {row['gap_lower'][-1]:.5f} to {row['gap_upper'][-1]:.5f} nats above")
            results.append(row | {"information": information(model) if width == widths[-1] else None})
    model, row = train(INFORMATIVE, widths[-1], steps)
    results.append(row | {"information": information(model)})
    question = (
        "How near do trained encoders come to the exact optimum, and what do estimators make of their information?"
    )
    timing.save(options.out, question, results, packages=("torch",))
    return 0


if __name__ == "__main__":
    sys.exit(main())
