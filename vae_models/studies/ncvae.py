"""Tables 1 and 2 of NC-VAE, and small twins: beta, noise and test prior, delta chosen by the validation MI."""

from collections.abc import Mapping, Sequence

from vae_models.presets.ncvae_printed import (
    BETAS,
    COLUMNS,
    PRIORS,
    TABLE1,
    TABLE2,
    TEXT_BETAS,
    TEXT_COLUMNS,
    printed_of,
)
from vae_models.presets.printed import Row, targets
from vae_models.studies.headings import heading_of
from vae_models.studies.study import Arm, Effect, Study, above, twin

_MEASURED = ("elbo", "test-priors", "information")
_ESTIMATORS = {"mutual_information": "full data"}  # that in batches is capped below what is found
_DELTAS = ("0.1", "0.3", "1", "3")  # ours: the paper prints none
_CHOSEN_ONCE = (
    "The paper chooses delta anew for each prior of the test, so that its MI changes with the prior; ours is "
    "chosen once, as MI, ReconE and AU do not depend on that prior."
)


def _named(method: str, beta: str) -> str:
    return f"{method}, beta = {beta}"


def _pair(metric: str, larger: str, smaller: str, beta: str, *, where: str = "Table 1") -> Effect:
    name = heading_of(metric).text
    said = f"beta = {beta}: {name} of {larger} above that of {smaller}"
    return above(_named(larger, beta), _named(smaller, beta), metric, said=said, where=where)


def _grid(
    presets: Mapping[str, str], table: Mapping[str, Row], *, betas: Sequence[str], deltas: Sequence[str], where: str
) -> tuple[Arm, ...]:
    """Return the arms of beta x noise, with a candidate for each delta.

    The test prior is none of them: each cell is measured under all, and -ELBO alone depends on it.

    Args:
        presets: From each method, as the table calls it, to its preset.
        table: What is printed.
        betas: As printed.
        deltas: Of which the validation MI chooses.
        where: Table and data.
    """
    return tuple(
        Arm(
            row=_named(method, beta),
            preset=preset,
            fields=("--objective.beta", beta, *chosen),
            targets=targets(f"{where}, beta = {beta}, {method}", printed_of(table, beta, method)),
        )
        for beta in betas
        for method, preset in presets.items()
        for chosen in ([()] if method == "beta-VAE" else [("--objective.delta", delta) for delta in deltas])
    )


def _notes(table: Mapping[str, Row]) -> tuple[str, ...]:
    """Return what is printed under other priors of the test, which the table has no room for, and why."""
    others = [
        f"{row}: {', '.join(f'{heading_of(name).text} {value:g}' for name, value in values.items())}"
        for row, values in table.items()
        if row.rpartition(", ")[2] in PRIORS
    ]
    return (_CHOSEN_ONCE, f"Printed under other priors of the test, of another delta: {'; '.join(others)}.")


_OMNIGLOT = Study(
    name="ncvae-omniglot",
    summary="beta, noise and test prior; delta by MI",
    arms=_grid(
        {"beta-VAE": "ncvae-omniglot-beta-vae", "NC-VAE, GN": "ncvae-omniglot", "NC-VAE, CD": "ncvae-omniglot-cd"},
        TABLE1,
        betas=BETAS,
        deltas=_DELTAS,
        where="Table 1, Omniglot",
    ),
    metrics=(*_MEASURED, "active-units"),
    columns=(*COLUMNS, "kl", *PRIORS.values()),
    estimators=_ESTIMATORS,
    same_experiment=True,
    memory_gib=4.0,
    notes=_notes(TABLE1),
)
_OMNIGLOT_SMALL = twin(
    _OMNIGLOT,
    summary="8x8 digits: beta, noise, prior; delta by MI",
    arms=_grid(
        {"beta-VAE": "digits-ncvae-beta-vae", "NC-VAE, GN": "digits-ncvae-gn", "NC-VAE, CD": "digits-ncvae-cd"},
        TABLE1,
        betas=BETAS,
        deltas=("0.1", "0.3"),
        where="Table 1, Omniglot at 28x28",
    ),
    effects=(
        *(_pair("active_units_count", f"NC-VAE, {noise}", "beta-VAE", "0.8") for noise in ("GN", "CD")),
        *(_pair("reconstruction", "beta-VAE", f"NC-VAE, {noise}", "0.8") for noise in ("GN", "CD")),
        *(_pair("mutual_information", "beta-VAE", f"NC-VAE, {noise}", "1.0") for noise in ("GN", "CD")),
        above(
            _named("beta-VAE", "0.8"),
            _named("beta-VAE", "5.0"),
            "mutual_information",
            said="MI of beta-VAE falls from beta = 0.8 to 5",
            where="Table 1",
        ),
    ),
    notes=(_CHOSEN_ONCE,),
)


def _text(corpus: str) -> tuple[Study, Study]:
    """Return what Table 2 shows of a corpus, and its small twin."""
    table, where = TABLE2[corpus], f"Table 2, {corpus.capitalize()}"

    def arms(start: str, deltas: Sequence[str]) -> tuple[Arm, ...]:
        presets = {"beta-VAE": f"{start}-beta-vae", "NC-VAE, CD": start}
        return _grid(presets, table, betas=TEXT_BETAS, deltas=deltas, where=where)

    study = Study(
        name=f"ncvae-{corpus}",
        summary="beta and test prior; delta by validation MI",
        arms=arms(f"ncvae-{corpus}", _DELTAS),
        metrics=_MEASURED,
        columns=(*TEXT_COLUMNS, "kl", *PRIORS.values()),
        estimators=_ESTIMATORS,
        same_experiment=True,
        memory_gib=4.0,
        notes=_notes(table),
    )
    by_beta = (("NC-VAE, CD", "beta-VAE", "1.0"), ("NC-VAE, CD", "beta-VAE", "5.0"))
    small = twin(
        study,
        arms=arms(f"sentences-ncvae-{corpus}", ("1", "3")),
        effects=(
            *(_pair("mutual_information", *rows, where=where) for rows in by_beta),
            *(_pair(metric, *by_beta[0], where=where) for metric in ("negative_elbo", "reconstruction")),
        ),
        notes=(_CHOSEN_ONCE,),
    )
    return study, small


STUDIES = (_OMNIGLOT, _OMNIGLOT_SMALL, *_text("yahoo"), *_text("yelp"))
