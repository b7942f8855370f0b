"""Variances of the spherical prior that a trained NC-VAE is evaluated with: 1, f(K, beta, delta), and a tuned one.

A prior exchanged after training changes the KL alone: mutual information, reconstruction and active units do not
depend on it.
"""

from jaxtyping import Float
from torch import Tensor

from vae_models.posterior import Posterior
from vae_models.validation import require_in_range


def stationary_variance(noise_scale: float, *, beta: float, delta: float) -> float:
    """Return f = K^2 (beta + delta) / (beta K^2 + delta), between 1 (delta = 0) and K^2 (delta to infinity).

    Args:
        noise_scale: K > 0; standard deviation of the prior of codes of noise.
        beta: > 0.
        delta: >= 0.

    Source:
        NC-VAE, equation (17), after Theorem 7.

    Example:
        >>> stationary_variance(5.0, beta=2.0, delta=0.0)
        1.0
    """
    require_in_range("noise_scale", noise_scale, least=0.0, strict=True)
    require_in_range("beta", beta, least=0.0, strict=True)
    require_in_range("delta", delta, least=0.0)
    squared = noise_scale**2
    return squared * (beta + delta) / (beta * squared + delta)


def second_moment(posterior: Posterior) -> Float[Tensor, ""]:
    """Return E |z|^2 / D, the mean over x and coordinates; the variance of N(0, s^2 I) with the least mean KL."""
    return (posterior.gaussian().mean.square() + posterior.log_variance.exp()).mean()


def tuned_variance(moment: float, *, stationary: float) -> float:
    """Return the variance between 1 and ``stationary`` that maximises the ELBO of validation data.

    The mean KL to N(0, s^2 I) is (D/2) (moment / s^2 + ln s^2) plus a constant: it falls up to s^2 = moment and rises
    beyond, so the nearest point of the interval is the optimum and nothing has to be searched.

    Args:
        moment: > 0; :func:`second_moment` over the validation data.
        stationary: > 0; f(K, beta, delta).
    """
    require_in_range("moment", moment, least=0.0, strict=True)
    require_in_range("stationary", stationary, least=0.0, strict=True)
    return min(max(moment, min(1.0, stationary)), max(1.0, stationary))
