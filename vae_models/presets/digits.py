"""A first run that needs no files and takes seconds; no paper's experiment."""

from vae_models.config import DataConfig, RunConfig
from vae_models.presets.preset import Preset
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import MLPConfig

PRESETS = (
    Preset(
        summary="VAE of 8x8 digits; seconds on one core",
        config=RunConfig(
            preset="digits",
            epochs=20,
            data=DataConfig(source="digits", binarisation="dynamic"),
            model=ModelConfig(encoder=MLPConfig(widths=(128,)), decoder=MLPConfig(widths=(128,))),
        ),
        sources={"": "ours: small enough for a first run", "optimiser": "ours: Adam as usual"},
    ),
)
