"""The findings that matter most to a user of the papers: ids of claims, each with what it means in one sentence.

The choice and the sentences are editorial; verdicts and numbers come from judging alone.
"""

import dataclasses

from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A claim worth knowing about.

    Attributes:
        id: Id of the claim.
        meaning: One sentence for somebody who uses the paper.
    """

    id: str
    meaning: str

    def __post_init__(self) -> None:
        """Refuse a finding without a sentence."""
        if not self.meaning.endswith("."):
            msg = f"the meaning of {self.id} must be a sentence, got {self.meaning!r}"
            raise InvalidInputError(msg)


FINDINGS = (
    Finding(
        id="ncvae:thm5",
        meaning="Under the conditions of its Theorem 5 the NC-VAE loss has exactly one best pair of densities, so "
        "there is one target for training.",
    ),
    Finding(
        id="ncvae:thm6",
        meaning="Noise that differs from the data does not by itself keep the NC-VAE from collapse: "
        "the ratio of the two densities has to vary where there are data.",
    ),
    Finding(
        id="ncvae:thm7",
        meaning="The printed lower bound on how far the NC-VAE encoder is from every Gaussian prior can lie above the "
        "true value; its g lacks a factor p_d(x).",
    ),
    Finding(
        id="ncvae:eq78",
        meaning="The harmonic mean of the encoder's variances is a variance: take its root before using it as the "
        "standard deviation of the best prior.",
    ),
    Finding(
        id="ncvae:cor2.1",
        meaning="A beta-VAE with unrestricted networks is not bound to collapse: with a small beta it prefers codes "
        "that tell the data apart.",
    ),
    Finding(
        id="ncvae:cor3.1",
        meaning="An InfoVAE with unrestricted networks is not bound to collapse either; the sign of alpha decides.",
    ),
    Finding(
        id="ncvae:cor4.1",
        meaning="On finite or countable data an adversarial autoencoder with unrestricted networks does not collapse, "
        "the opposite of what is printed.",
    ),
    Finding(
        id="ncvae:sec4.strategy",
        meaning="Positive second derivatives in each density alone do not make a loss convex in both, so they show "
        "neither a unique nor a global minimum.",
    ),
    Finding(
        id="ncvae:sec5.1",
        meaning="Using the data as their own noise gives a beta-VAE with another weight and, unless n = p, another "
        "prior, not the one that was started from.",
    ),
    Finding(
        id="ncvae:eq10",
        meaning="The discriminator's optimum is a multiple of the Jensen-Shannon divergence plus a constant, which "
        "rescales lambda when two implementations are compared.",
    ),
)
