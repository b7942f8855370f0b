"""Fisher divergence and KL between prior and posterior against the inverse Lipschitz constant L of the decoder."""

import dataclasses
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.decoder import Decoder
from numeric.families import Bernoulli, Categorical, Family, Gaussian, Poisson
from numeric.fisher import fisher_bound, kl_posterior_to_prior, kl_prior_to_posterior, relative_fisher
from numeric.infimum import fisher_infimum, parabola
from numeric.maps import BrenierMap, Map
from numeric.potentials import Ridges, Sum, isotropic
from numeric.studies.settings import Progress

STRENGTHS = tuple(float(value) for value in np.round(np.geomspace(0.1, 3.0, 13), 4))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Case:
    """A family with one datum, different data, and which way the means are carried towards that datum.

    Attributes:
        family: Of the decoder.
        datum: A vertex of the set of means, where there is one; shape (m,).
        data: Shape (data, m).
        towards: Direction in the natural parameters along which the mean tends to T(datum); None for Gaussian data,
            of which no mean is a vertex.
    """

    family: Family
    datum: tuple[float, ...]
    data: tuple[tuple[float, ...], ...]
    towards: tuple[float, ...] | None


CASES = {
    "Gaussian": Case(family=Gaussian(dimension=1), datum=(1,), data=((-1,), (1,)), towards=None),
    "Bernoulli": Case(family=Bernoulli(dimension=1), datum=(1,), data=((0,), (1,)), towards=(1,)),
    "categorical": Case(
        family=Categorical(classes=3), datum=(1, 0, 0), data=((1, 0, 0), (0, 1, 0), (0, 0, 1)), towards=(2, 1)
    ),
    "Poisson": Case(family=Poisson(dimension=1), datum=(0,), data=((0,), (2,)), towards=(-1,)),
}


def steepness(_: str, progress: Progress) -> dict[str, Any]:
    """Return divergences against L for each family: for one datum, a data set, and a decoder chosen to collapse.

    The decoder is the gradient of L|z|^2/2 + sum log cosh(z_j), which is steepest near zero. The ``favourable`` one is
    as steep and generates the datum almost surely: f(z) = L z + b with b far towards it; for Gaussian data, where the
    infimum over such decoders is positive, the composed map ``numeric.infimum.parabola`` into one dimension more.
    """
    rows = []
    for done, (name, case) in enumerate(CASES.items()):
        progress(done, len(CASES))
        dimension = case.family.natural_dim
        rows.append(
            {
                "family": name,
                "strengths": list(STRENGTHS),
                "datum": _curves(case, [case.datum]),
                "data": _curves(case, case.data),
                "favourable": [_favourable(case, strength, dimension) for strength in STRENGTHS],
            }
        )
    return {"rows": rows}


def _curves(case: Case, data: Any) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        name: [] for name in ("fisher", "bound", "infimum", "kl_to_posterior", "kl_to_prior", "error")
    }
    for strength in STRENGTHS:
        decoder = Decoder(family=case.family, decoder_map=_steepest_at_zero(strength, case.family.natural_dim))
        estimates = {
            "fisher": relative_fisher(decoder, data),
            "bound": fisher_bound(decoder, data),
            "kl_to_posterior": kl_prior_to_posterior(decoder, data),
            "kl_to_prior": kl_posterior_to_prior(decoder, data),
        }
        for name, estimate in estimates.items():
            found[name].append(estimate.require_finite().value)
        found["infimum"].append(fisher_infimum(case.family, data, strength).value)
        found["error"].append(max(estimate.error / abs(estimate.value) for estimate in estimates.values()))
    return found


def _steepest_at_zero(strength: float, dimension: int) -> BrenierMap:
    ridges = Ridges(
        directions=np.eye(dimension), offsets=np.zeros(dimension), weights=np.ones(dimension), profile="logcosh"
    )
    return BrenierMap(potential=Sum(parts=(isotropic(strength, np.zeros(dimension)), ridges)))


def _favourable(case: Case, strength: float, dimension: int) -> float:
    """Return F(p || p_x) of one datum for a decoder as steep, chosen to generate it."""
    family: Family = case.family
    datum = np.asarray(case.datum, dtype=np.float64)
    if case.towards is None:
        family, datum = Gaussian(dimension=dimension + 1), np.append(datum, 0.0)
        found: Map = parabola(datum, inner=strength, outer=1.0, radius=2 * (1 + strength**3))
    else:
        shift: Array = (strength**2 + 2 * strength + 2) * np.asarray(case.towards, dtype=np.float64)
        found = BrenierMap(potential=isotropic(strength, shift))
    return relative_fisher(Decoder(family=family, decoder_map=found), [datum]).require_finite().value
