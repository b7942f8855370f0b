"""A study of tiny cells, for tests of whatever runs it."""

from vae_models.studies.study import Arm, Study

STEPS = ("--steps", "3")


def tiny_study(*, arms=None, seeds=(0, 1), **fields):
    arms = arms or (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=STEPS),)
    settings = {"metrics": ("elbo",), "columns": ("negative_elbo", "kl"), "k": 2, "samples": 10, **fields}
    return Study(name="tiny", summary="a few steps", arms=arms, seeds=seeds, **settings)
