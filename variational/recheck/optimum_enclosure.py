"""The true optimum of a convex loss on a finite space, enclosed from any encoder and any aggregate.

With the best decoder the loss is r H(X) + R(q), R = kappa I + B KL(gamma||p) + l JSD(gamma||p) + d E_pn KL(q||n). Put
c = kappa p_d + d p_n > 0 and let G(gamma), convex for B >= kappa and l >= 0, be what R holds beyond
sum c q log q - sum q (B p_d log p + d p_n log n). The tangent of G at any positive g gives

    R(q) >= D(g) = G(g) - <G'(g), g> - sum_x c_x log sum_z exp((b - p_d G'(g))/c_x)         (weak duality)
    R(q) - R(q*) >= sum_x c_x KL(q_x||q*_x) + omega KL(gamma||gamma*),   omega = B - kappa    (gap identity)
    R(q*) - D(g) >= sum_x c_x KL(q*_x||a_x),    a the encoder that attains the logarithms of the sums

so a gap of e nats between the two bounds pins the optimum, whatever made the encoder and g.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from variational import blocks
from variational.errors import CertificateError
from variational.formula import Node
from variational.recheck.arithmetic import Balls, TrueLogarithms
from variational.recheck.exact import AGGREGATE, ENCODER, Definition, Evaluator, Index, Space, parse
from variational.recheck.master import master
from variational.recheck.signature import Signature, signature

BITS = 256
ONE_POINT = {"x": 1, "z": 1}
Ends = tuple[flint.arb, flint.arb]
Places = Mapping[tuple[str, Index], flint.arb]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """What is known of the optimum, in balls; nats.

    Attributes:
        value: Ends around the least R.
        gap: Ends around what the encoder exceeds it by.
        places: Balls around the entries of the optimal encoder and of its aggregate.
        information: Ends around I(X;Z) of the optimal encoder.
    """

    value: Ends
    gap: Ends
    places: Places
    information: Ends


def needed(
    objective: str, nodes: Sequence[Node] = (), definitions: Mapping[str, Definition] | None = None
) -> Signature:
    """Return what an objective, and further formulas, need from a space."""
    return signature([parse(profile(objective)), *nodes], definitions)


def profile(objective: str) -> str:
    """Return R as formula text."""
    c = master(objective).coefficients
    blocks_of = (("kappa", blocks.MI), ("B", blocks.KL_GP), ("l", blocks.JSD_GP), ("d", blocks.KL_QN))
    return " + ".join(f"{c[name]}*({blocks.BLOCKS[block]})" for name, block in blocks_of if c[name] != "(0)")


def enclose_optimum(objective: str, space: Space, aggregate: Sequence[Fraction]) -> Enclosure:
    """Return the enclosure of the optimum; call it within the precision wanted.

    Args:
        objective: In the grammar of objectives.
        space: With p_d, the priors, an encoder and, if the objective needs it, p_n; its parameters have values.
        aggregate: g, positive, one number for each z.

    Raises:
        CertificateError: Where the loss is not shown convex there, or a prior or the aggregate is not positive.
    """
    parts = _Parts(objective, space)
    if len(aggregate) != space.sizes["z"] or not all(mass > 0 for mass in aggregate):
        msg = "the aggregate must give a positive number for each z"
        raise CertificateError(msg)
    upper = Evaluator(space, Balls()).value(parse(profile(objective)), {})
    lower, answer = parts.dual([_ball(mass) for mass in aggregate])
    if not (upper.is_finite() and lower.is_finite()):
        msg = "the bounds are not finite"
        raise CertificateError(msg)
    gap = flint.arb(0).max((upper - lower).upper())
    encoder = {index: _entry(mass, gap / parts.curvature[index[1]]) for index, mass in space.functions[ENCODER].items()}
    places: dict[tuple[str, Index], flint.arb] = {(ENCODER, index): ball for index, ball in encoder.items()}
    places |= {(AGGREGATE, (z,)): parts.aggregate(z, encoder, gap) for z in parts.latent}
    information = parts.information(answer, gap)
    return Enclosure(
        value=(lower.lower(), upper.upper()), gap=(flint.arb(0), gap), places=places, information=information
    )


class _Parts:
    """Coefficients of R and densities on one space, the coefficients exact."""

    def __init__(self, objective: str, space: Space) -> None:
        bare = Evaluator(Space(sizes=ONE_POINT, functions={}, parameters=space.parameters), TrueLogarithms())
        found = {name: bare.value(parse(text), {}) for name, text in master(objective).coefficients.items()}
        for name, value in found.items():
            if not isinstance(value, Fraction):
                msg = f"the coefficient {name} is {value}, no rational number"
                raise CertificateError(msg)
        self.kappa, self.upper, self.split, self.contrast = (found[name] for name in ("kappa", "B", "l", "d"))
        self.weight = self.upper - self.kappa
        if found["s"] != 0 or found["r"] < 0 or self.weight < 0 or self.split < 0:
            msg = "the optimum is enclosed without MMD, for r >= 0, B >= kappa and l >= 0 only"
            raise CertificateError(msg)
        self.data_points, self.latent = range(space.sizes["x"]), range(space.sizes["z"])
        self.space = space
        self.data = [space.functions["pd"][(x,)] for x in self.data_points]
        self.noise = [space.functions["pn"][(x,)] if self.contrast else Fraction(0) for x in self.data_points]
        self.prior = [space.functions["p"][(z,)] for z in self.latent]
        contrasted = [space.functions["n"][(z,)] for z in self.latent] if self.contrast else self.prior
        if min(*self.prior, *contrasted) <= 0:
            msg = "the priors must be positive"
            raise CertificateError(msg)
        exact = [self.kappa * d + self.contrast * n for d, n in zip(self.data, self.noise, strict=True)]
        if min(exact) <= 0:
            msg = f"the loss is not strictly convex: kappa p_d + d p_n is {min(exact)} at some x"
            raise CertificateError(msg)
        self.curvature = [_ball(value) for value in exact]
        self.log_prior = [_ball(mass).log() for mass in self.prior]
        self.log_contrasted = [_ball(mass).log() for mass in contrasted]

    def dual(self, point: Sequence[flint.arb]) -> tuple[flint.arb, list[list[flint.arb]]]:
        """Return D(g) and the encoder a(z|x), rows in the order of x."""
        weight, half = _ball(self.weight), _ball(self.split) / 2
        total, slope = flint.arb(0), []
        for g, mass in zip(point, self.prior, strict=True):
            prior = _ball(mass)
            slope.append(weight * (g.log() + 1) + half * (2 * g / (g + prior)).log())
            total += half * prior * (2 * prior / (g + prior)).log() - weight * g
        answer = []
        for x in self.data_points:
            upper, contrast = _ball(self.upper * self.data[x]), _ball(self.contrast * self.noise[x])
            logits = [
                (upper * self.log_prior[z] + contrast * self.log_contrasted[z] - _ball(self.data[x]) * slope[z])
                / self.curvature[x]
                for z in self.latent
            ]
            top = flint.arb(max(float(logit.mid()) for logit in logits))
            masses = [(logit - top).exp() for logit in logits]
            norm = sum(masses, flint.arb(0))
            total -= self.curvature[x] * (norm.log() + top)
            answer.append([mass / norm for mass in masses])
        return total, answer

    def aggregate(self, z: int, encoder: Mapping[Index, flint.arb], gap: flint.arb) -> flint.arb:
        """Return a ball around gamma*(z), the smaller of two."""
        mass = sum((self.data[x] * self.space.functions[ENCODER][z, x] for x in self.data_points), Fraction(0))
        mixed = sum((_ball(self.data[x]) * encoder[z, x] for x in self.data_points), flint.arb(0))
        if self.weight == 0:
            return flint.arb(mixed)
        direct = _entry(mass, gap / _ball(self.weight))
        return direct if direct.rad() < mixed.rad() else flint.arb(mixed)

    def information(self, answer: Sequence[Sequence[flint.arb]], gap: flint.arb) -> Ends:
        """Return ends around I(q*), from the tangent of I, which is convex in q, at the encoder a.

        sum p_d <q*, log a/gamma_a> <= I(q*) <= sum p_d KL(q*||gamma_a), and the two differ by sum p_d KL(q*||a).
        """
        mixed = [sum((_ball(self.data[x]) * answer[x][z] for x in self.data_points), flint.arb(0)) for z in self.latent]
        middle = spread = steepest = flint.arb(0)
        for x in self.data_points:
            if self.data[x] == 0:
                continue
            weight = _ball(self.data[x])
            ratios = [(answer[x][z] / mixed[z]).log() for z in self.latent]
            for z, ratio in enumerate(ratios):
                middle = middle + weight * _ball(self.space.functions[ENCODER][z, x]) * ratio
            highest = ratios[0].upper()
            lowest = ratios[0].lower()
            for ratio in ratios[1:]:
                highest, lowest = highest.max(ratio.upper()), lowest.min(ratio.lower())
            spread = spread + weight * (gap / (2 * self.curvature[x])).sqrt() * (highest - lowest)
            steepest = steepest.max(weight / self.curvature[x])
        return flint.arb(0).max((middle - spread).lower()), (middle + spread + steepest * gap).upper()


def _entry(mass: Fraction, divergence: flint.arb) -> flint.arb:
    """Return a ball around u in [0, 1], given a bound of KL(P||Q) for laws with P = mass and Q = u at one point.

    Pinsker, and the divergence of two points: (mass - u)^2 <= 2 max(mass, u) divergence.
    """
    exact, shift = _ball(mass), (divergence / 2).sqrt()
    below = (exact - (2 * exact * divergence).sqrt()).lower().max((exact - shift).lower())
    above = (exact + divergence + (divergence * divergence + 2 * exact * divergence).sqrt()).upper()
    above = above.min((exact + shift).upper())
    return flint.arb(0).max(below).union(flint.arb(1).min(above))


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
