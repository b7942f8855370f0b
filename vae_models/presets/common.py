"""What presets of several papers have in common: sources of settings that no paper mentions, and of the small twins."""

from collections.abc import Mapping

from vae_models.config import DataConfig
from vae_models.settings.networks import MLPConfig

UNMENTIONED: Mapping[str, str] = {
    "data": "ours: what this source does not read, or its usual splits",
    "evaluate_every": "ours: for the log; nothing is decided by it",
    "precision": "ours: single precision",
    "optimiser": "ours: torch's values, and no clipping, where nothing is stated",
    "plateau": "ours: none is mentioned",
    "lagging": "ours: none is mentioned",
    "model.spectral_norm": "ours: none is mentioned",
    "model.prior": "paper: a standard normal prior",
}

TWIN_STEPS = 2_000
TWIN_EVALUATE_EVERY = 10.0  # an epoch of digits is a few steps, and an evaluation as long as some
TWIN_DATA = DataConfig(source="digits", binarisation="dynamic")
TWIN_REAL_DATA = DataConfig(source="digits")
TWIN_NETWORK = MLPConfig(widths=(256,))
TWIN: Mapping[str, str] = {
    **UNMENTIONED,
    "data": "ours: 8x8 digits, which are always at hand, for the images of the paper",
    "batch_size": "ours: 64",
    "epochs": "ours: counted in steps",
    "steps": "ours: seconds on one core; losses still fall then, but slowly",
    "model": "ours: one hidden layer of 256, enough for 8x8 digits",
    "model.latent_dim": "ours: 16, more than 8x8 digits need",
    "model.posterior": "paper: a diagonal Gaussian that depends on x",
    "optimiser.optimiser": "paper: Adam",
    "optimiser.learning_rate": "ours: 1e-3",
}
