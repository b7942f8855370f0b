"""The studies of all papers by name; importing this loads no torch."""

import difflib
from collections.abc import Mapping

from vae_models.studies import (
    arelbo,
    arelbo_paper,
    illidvae,
    illidvae_paper,
    infovae,
    infovae_paper,
    ncvae,
    ncvae_optimum,
)
from vae_models.studies.study import Study
from variational.errors import InvalidInputError

STUDIES: Mapping[str, Study] = {
    study.name: study
    for module in (ncvae, ncvae_optimum, infovae, infovae_paper, arelbo, arelbo_paper, illidvae, illidvae_paper)
    for study in module.STUDIES
}


def find_study(name: str) -> Study:
    """Return the study of a name, or raise InvalidInputError with the names that are near."""
    if name not in STUDIES:
        near = difflib.get_close_matches(name, STUDIES, n=3)
        hint = f"perhaps {' or '.join(near)}" if near else "python -m vae_models.sweep --list names them"
        msg = f"study must be one of the {len(STUDIES)} there are, got {name!r}; {hint}"
        raise InvalidInputError(msg)
    return STUDIES[name]


def list_studies() -> str:
    """Return a line for each study: name, cells, what it is."""
    width = max(map(len, STUDIES))
    return "\n".join(
        f"{name:{width}}  {len(study.arms) * len(study.seeds):>3} cells  {study.summary}"
        for name, study in STUDIES.items()
    )
