"""Figure 1 and Tables 1, 2, 4 and 5 of IL-LIDVAE at the size of the paper, and small twins of Tables 1, 2 and 5.

Table 2 shows some rows and columns of Table 4 (images), and Table 1 of Table 5 (text).
"""

from itertools import pairwise

from vae_models.presets.illidvae_printed import COLUMNS, TABLE1_ROWS, TABLE2_ROWS, TABLE4, TABLE5
from vae_models.presets.printed import targets
from vae_models.presets.registry import find_preset
from vae_models.studies.headings import heading_of
from vae_models.studies.study import Arm, Effect, Study, above, twin

_NLL = "importance_weighted_nll"
_KL = (_NLL, "kl")
_BASELINES = {
    "vae": "VAE",
    "sa-vae": "SA-VAE",
    "lagging": "Lagging VAE",
    "beta-vae": "beta-VAE, beta = 0.2",
}
_ESTIMATORS = {"mutual_information": "full data"}  # that in batches is capped far below
_MEASURED = ("elbo", "information", "active-units", "iw-nll")


def _row(row: str, preset: str, *fields: str) -> Arm:
    return Arm(row=row, preset=preset, fields=fields, targets=find_preset(preset).targets if not fields else ())


def _toys() -> tuple[Arm, ...]:
    """Return the curves of Figure 1; the values of L and of sigma between the ends are ours."""
    found: list[Arm] = []
    for deviation in ("0.5", "1.5", "2.5", "5.0", "7.5"):
        said, fields = f"sigma = {deviation}", ("--deviation", deviation)
        found.append(Arm(row=f"GMVAE, {said}", preset="illidvae-toy-gmvae", fields=fields))
        found.append(Arm(row=f"LIDMVAE, L = 0, {said}", preset="illidvae-toy-lidmvae", fields=fields))
        found += [
            Arm(
                row=f"IL-LIDMVAE, L = {strength}, {said}",
                preset="illidvae-toy",
                fields=(*fields, "--strength", strength),
            )
            for strength in ("1.0", "2.5", "5.0")
        ]
    return tuple(found)


def _named(key: str, *, plain: str, convex: str) -> str:
    """Return how a row of a table is called."""
    if key in _BASELINES:
        return _BASELINES[key]
    if key == "annealed":
        return f"{convex}, annealed L"
    return f"{plain}, L = 0" if key == "0" else f"{convex}, L = {key}"


def _cell(start: str, key: str) -> tuple[str, tuple[str, ...]]:
    """Return preset and options of a row: a baseline, the annealed one, or a value of L."""
    if key in {*_BASELINES, "annealed", "gmvae"}:
        return f"{start}-{key}", ()
    return start, ("--strength", key)


def _images(*rows: str) -> tuple[Arm, ...]:
    found: list[Arm] = []
    for data, table in TABLE4.items():
        start = f"illidvae-{data.partition('-')[0].lower()}"
        found.append(Arm(row=f"{data}: GMVAE", preset=f"{start}-gmvae"))
        for key in (*rows, "posterior-flow"):
            if key == "posterior-flow":
                arm = Arm(row=f"{data}: IL-LIDMVAE, L = 1.5, flow in q", preset=f"{start}-{key}")
            else:
                preset, fields = _cell(start, key)
                row = f"{data}: {_named(key, plain='LIDMVAE', convex='IL-LIDMVAE')}"
                printed = targets(f"Table 4, {data}, L: {key}", table.get(key, {}))
                arm = Arm(row=row, preset=preset, fields=fields, targets=printed)
            found.append(arm)
    return tuple(found)


def _text(start: str, *rows: str) -> tuple[Arm, ...]:
    found: list[Arm] = []
    for key in rows:
        preset, fields = _cell(start, key)
        printed = targets(f"Table 5, synthetic text, L: {key}", TABLE5[key])
        row = _named(key, plain="LIDSVAE", convex="IL-LIDSVAE")
        found.append(Arm(row=row, preset=preset, fields=fields, targets=printed))
    return tuple(found)


def _digits(*rows: str) -> tuple[Arm, ...]:
    """Return rows of the small twins of images: baselines, and values of L."""
    found = [
        _row("GMVAE", "digits-illidvae-gmvae"),
        _row("beta-VAE, beta = 0.2", "digits-illidvae-beta-vae"),
        _row("Lagging VAE", "digits-illidvae-lagging"),
        _row("SA-VAE", "digits-illidvae-sa-vae"),
    ]
    own = {"0": "digits-illidvae-lidmvae", "1.5": "digits-illidvae", "annealed": "digits-illidvae-annealed"}
    for key in rows:
        name = "5" if key == "5.0" else key
        row = _named(name, plain="LIDMVAE", convex="IL-LIDMVAE")
        fields = () if key in own else ("--strength", key)
        found.append(_row(row, own.get(key, "digits-illidvae"), *fields))
    return tuple(found)


_FIGURE1 = Study(
    name="illidvae-figure1",
    summary="two Gaussians of growing sigma, five methods",
    arms=_toys(),
    metrics=("elbo", "components", "fisher"),
    columns=(
        "component_accuracy_optimal_fraction",
        "relative_fisher_squared_nats_per_squared_unit",
        "negative_elbo",
    ),
    same_experiment=True,
)
_TABLE1 = Study(
    name="illidvae-table1",
    summary="NLL and KL of sentences, eight methods",
    arms=_text("illidvae-text", *TABLE1_ROWS),
    metrics=("elbo", "iw-nll"),
    columns=_KL,
    same_experiment=True,
)
_TABLE2 = Study(
    name="illidvae-table2",
    summary="NLL and KL, Fashion-MNIST and Omniglot",
    arms=_images(*TABLE2_ROWS),
    metrics=("elbo", "iw-nll"),
    columns=_KL,
    same_experiment=True,
    memory_gib=4.0,
    k=100,
)
_TABLE4 = Study(
    name="illidvae-table4",
    summary="NLL, KL, MI and AU of images, every L",
    arms=_images(*TABLE4["Fashion-MNIST"]),
    metrics=_MEASURED,
    columns=COLUMNS,
    estimators=_ESTIMATORS,
    same_experiment=True,
    memory_gib=4.0,
    k=100,
)
_TABLE5 = Study(
    name="illidvae-table5",
    summary="NLL, KL, MI and AU of sentences, every L",
    arms=_text("illidvae-text", *TABLE5),
    metrics=_MEASURED,
    columns=COLUMNS,
    estimators=_ESTIMATORS,
    same_experiment=True,
)
_SENTENCES = _text("sentences", *TABLE1_ROWS)
_LITTLE_LEARNED = (
    "After so few steps NLL is still about that of words drawn evenly, 10 ln 1000 = 69.1 nats; KL depends on L, "
    "and MI hardly rises from zero.",
)
_DIGITS_BY_STRENGTH = ("IL-LIDMVAE, L = 5", "IL-LIDMVAE, L = 1.5", "IL-LIDMVAE, L = 0.5", "LIDMVAE, L = 0")


def _above(metric: str, larger: str, smaller: str, where: str) -> Effect:
    name = heading_of(metric).text
    return above(larger, smaller, metric, said=f"{name} of {larger} above that of {smaller}", where=where)


def _text_effects(where: str) -> tuple[Effect, ...]:
    """Return what Tables 1 and 5 print of KL and NLL."""
    five, middle, half = (f"IL-LIDSVAE, L = {strength}" for strength in ("5.0", "1.5", "0.5"))
    return (
        _above("kl", five, middle, where),
        _above("kl", middle, half, where),
        _above("kl", half, "VAE", where),
        _above("kl", "Lagging VAE", "VAE", where),
        _above(_NLL, five, half, where),
        _above(_NLL, "LIDSVAE, L = 0", half, where),
    )


STUDIES = (
    _FIGURE1,
    _TABLE1,
    twin(_TABLE1, arms=_SENTENCES, effects=_text_effects("Table 1"), notes=_LITTLE_LEARNED, k=10),
    _TABLE2,
    twin(
        _TABLE2,
        summary="NLL and KL of 8x8 digits",
        arms=_digits("0", "0.5", "1.5", "5.0", "annealed"),
        effects=(
            *(_above("kl", larger, smaller, "Table 2") for larger, smaller in pairwise(_DIGITS_BY_STRENGTH)),
            _above(_NLL, _DIGITS_BY_STRENGTH[0], _DIGITS_BY_STRENGTH[1], "Table 2"),
            _above("kl", _DIGITS_BY_STRENGTH[-1], "Lagging VAE", "Table 2"),
        ),
        k=500,
    ),
    _TABLE4,
    _TABLE5,
    twin(_TABLE5, arms=_SENTENCES, effects=_text_effects("Table 5"), notes=_LITTLE_LEARNED, k=10),
)
