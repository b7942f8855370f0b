"""Assumptions that many claims share, and where the statements are printed."""

from variational.records import Source

MODEL = "model (1): z ~ p(z), a density on R^l; x ~ EF_T(x | f(z)), differentiable under the integral"
SQUARE = "l = t; f is the gradient of a twice differentiable L-strongly convex function, L >= 0 (Theta_L)"
COMPOSED = "l < t; f = f2(E f1(z)), f1 and f2 gradients of L_1- and L_2-strongly convex functions, E appends zeros"
MINIMAL = "the means of T determine the natural parameter (a minimal exponential family, Assumption A.6)"
EXACT = "the encoder is the exact posterior, as the text assumes (after Definition 2.3)"
NORMAL = "p(z) = N(0, I)"
SCORE = "By Bayes the score of the posterior minus that of the prior is J^T (T(x) - grad A(f(z))), J the Jacobian of f."


def printed_at(locator: str) -> Source:
    """Return a place in the paper."""
    return Source(key="illidvae", locator=locator)


def ours(locator: str) -> Source:
    """Return the source of a statement that no text prints."""
    return Source(key="vaeproof", locator=locator)
