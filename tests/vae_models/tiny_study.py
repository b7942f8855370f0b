"""A study of tiny cells, and engines that run or lose them here, for tests of whatever runs it."""

from vae_models.studies.cell import run_cells
from vae_models.studies.study import Arm, Study
from vae_models.studies.sweeping import sweep

STEPS = ("--steps", "3")


def tiny_study(*, arms=None, seeds=(0, 1), **fields):
    arms = arms or (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=STEPS),)
    settings = {"metrics": ("elbo",), "columns": ("negative_elbo", "kl"), "k": 2, "samples": 10, **fields}
    return Study(name="tiny", summary="a few steps", arms=arms, seeds=seeds, **settings)


class Inline:
    """Runs each cell at once in this process, and counts them."""

    name, jobs = "inline", 1

    def __init__(self):
        self.submitted, self.ended = [], []

    def submit(self, bundle):
        self.submitted.extend(bundle)
        run_cells(bundle, stop=lambda: False)
        self.ended.append((bundle, "it ran"))

    def wait(self, _seconds):
        ended, self.ended = self.ended, []
        return ended

    def close(self):
        pass


class Killed(Inline):
    """Loses every cell, as a worker that is killed does."""

    def submit(self, bundle):
        self.submitted.extend(bundle)
        self.ended.append((bundle, "it was killed"))


def swept(jobs, engine, out, **options):
    out.mkdir(exist_ok=True)
    told = []
    settings = {"stop": lambda: False, "tell": lambda job, _cell: told.append(job.folder), **options}
    return sweep(jobs, lambda: engine, out=out, **settings), told
