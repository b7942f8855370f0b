"""Assumptions that many claims share, and where the statements are printed."""

from variational.records import Source

MODEL = "model (1): z ~ p(z), a density on R^l; x ~ EF_T(x | f(z)), differentiable under the integral"
SQUARE = "l = t; f is the gradient of a twice differentiable L-strongly convex function, L >= 0 (Theta_L)"
COMPOSED = "l < t; f = f2(E f1(z)), f1 and f2 gradients of L_1- and L_2-strongly convex functions, E appends zeros"
NOT_CONSTANT = "T is not almost surely constant: x depends on the natural parameter"
MINIMAL = "the means of T determine the natural parameter (a minimal exponential family, Assumption A.6)"
EXACT = "the encoder is the exact posterior, as the text assumes (after Definition 2.3)"
POSITIVE = (
    "R, the integral of |T(x) - grad A(f)|^2, is positive for L > 0: else grad A(f(z)) is the same for almost all z of "
    "the support of p, so (f(z) - f(w)).T is almost surely constant for all of them, and f takes the support into a "
    "translate of a proper subspace; as f has a Lipschitz inverse, the support would be a null set."
)
NORMAL = "p(z) = N(0, I)"
SCORE = "By Bayes the score of the posterior minus that of the prior is J^T (T(x) - grad A(f(z))), J the Jacobian of f."


def printed_at(locator: str) -> Source:
    """Return a place in the paper."""
    return Source(key="illidvae", locator=locator)


def ours(locator: str) -> Source:
    """Return the source of a statement that no text prints."""
    return Source(key="vaeproof", locator=locator)
