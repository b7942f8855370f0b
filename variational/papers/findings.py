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
        id="ncvae:sec4.4",
        meaning="Unrestricted networks are not bound to collapse: a beta-VAE with a small beta and an InfoVAE with a "
        "positive alpha prefer codes that tell the data apart, and an AAE always does.",
    ),
    Finding(
        id="illidvae:cor3.6.guarantee",
        meaning="No inverse Lipschitz constant of the decoder keeps one datum from collapse, however large it is; "
        "what it keeps apart are two data.",
    ),
    Finding(
        id="illidvae:thm3.8",
        meaning="With fewer latent dimensions than natural parameters, a decoder as steep as one likes in both its "
        "parts can collapse exactly.",
    ),
    Finding(
        id="arelbo:prevents",
        meaning="Learning the variance of the decoder does not rule out collapse: for data that are equally spread in "
        "all directions the best linear model has collapsed.",
    ),
    Finding(
        id="ncvae:thm6",
        meaning="Noise that differs from the data does not by itself keep the NC-VAE from collapse: "
        "the ratio of the two densities has to vary where there are data.",
    ),
    Finding(
        id="infovae:prop2",
        meaning="InfoVAE needs alpha + lambda >= 1: below that the data and their posterior need not maximise its "
        "objective, which may have no maximum at all.",
    ),
    Finding(
        id="infovae:stein",
        meaning="The Stein regulariser of InfoVAE, minimised as printed, drives the codes away from the prior: "
        "the surrogate needs a minus sign.",
    ),
    Finding(
        id="arelbo:nll",
        meaning="The likelihoods printed for the AR-ELBO models whose variance depends on the datum are no "
        "likelihoods, so they cannot be compared with those of other models.",
    ),
    Finding(
        id="ncvae:thm7",
        meaning="The printed lower bound on how far the NC-VAE encoder is from every Gaussian prior can lie above the "
        "true value; its g lacks a factor p_d(x).",
    ),
    Finding(
        id="illidvae:tables.mi",
        meaning="What the tables of IL-LIDVAE call mutual information exceeds, in nats, the logarithm of the number "
        "of data, which no mutual information with a datum can.",
    ),
)
