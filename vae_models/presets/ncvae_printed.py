"""The numbers that NC-VAE prints: Tables 1 (images) and 2 (text), by beta, method and variance of the test prior."""

from collections.abc import Mapping

from vae_models.presets.printed import Row, read_table

TEXT_COLUMNS = ("mutual_information", "negative_elbo", "reconstruction")
COLUMNS = (*TEXT_COLUMNS, "active_units_count")
PRIORS = {"f": "negative_elbo_prior_f", "tuned": "negative_elbo_prior_tuned"}  # beside 1, that of training
BETAS = ("0.8", "1.0", "5.0")
TEXT_BETAS = ("0.6", "1.0", "5.0")

TABLE1: Mapping[str, Row] = read_table(
    COLUMNS,
    """
    0.8, beta-VAE:          3.84 90.17 80.19 13
    0.8, NC-VAE, GN:        3.84 90.69 78.10 16
    0.8, NC-VAE, CD:        3.73 90.51 78.91 16
    0.8, NC-VAE, GN, f:     3.89 91.45 75.32 18
    0.8, NC-VAE, CD, f:     3.94 91.24 75.91 18
    1.0, beta-VAE:          1.28 89.66 87.69 4
    1.0, NC-VAE, GN:        1.15 89.71 87.83 3
    1.0, NC-VAE, CD:        1.13 89.64 87.96 3
    1.0, NC-VAE, GN, f:     1.24 89.70 87.81 3
    1.0, NC-VAE, CD, f:     1.27 89.93 88.02 3
    1.0, NC-VAE, GN, tuned: 1.18 89.68 87.89 3
    1.0, NC-VAE, CD, tuned: 1.12 89.66 87.89 3
    5.0, beta-VAE:          0.00 89.81 89.81 0
    5.0, NC-VAE, GN:        0.00 89.86 89.86 0
    5.0, NC-VAE, CD:        0.05 89.85 89.34 0
    5.0, NC-VAE, GN, f:     0.00 89.86 89.86 0
    5.0, NC-VAE, CD, f:     0.05 89.79 89.78 0
    5.0, NC-VAE, GN, tuned: 0.00 89.89 89.89 0
    5.0, NC-VAE, CD, tuned: 0.03 89.94 89.93 0
    """,
)

TABLE2: Mapping[str, Mapping[str, Row]] = {
    "yahoo": read_table(
        TEXT_COLUMNS,
        """
        0.6, beta-VAE:          0.00 328.68 328.68
        0.6, NC-VAE, CD:        0.34 332.45 328.85
        0.6, NC-VAE, CD, f:     0.45 333.16 329.05
        0.6, NC-VAE, CD, tuned: 0.39 333.25 329.03
        1.0, beta-VAE:          0.00 328.42 328.42
        1.0, NC-VAE, CD:        0.58 334.34 329.23
        1.0, NC-VAE, CD, f:     0.61 337.35 329.35
        1.0, NC-VAE, CD, tuned: 0.46 335.20 330.43
        5.0, beta-VAE:          0.01 329.07 329.07
        5.0, NC-VAE, CD:        0.40 333.06 329.06
        5.0, NC-VAE, CD, f:     0.62 334.79 328.52
        5.0, NC-VAE, CD, tuned: 0.41 333.71 329.89
        """,
    ),
    "yelp": read_table(
        TEXT_COLUMNS,
        """
        0.6, beta-VAE:          0.28 358.75 358.29
        0.6, NC-VAE, CD:        0.23 361.03 359.62
        0.6, NC-VAE, CD, f:     0.43 362.54 359.42
        0.6, NC-VAE, CD, tuned: 0.33 362.59 359.90
        1.0, beta-VAE:          0.04 358.88 358.88
        1.0, NC-VAE, CD:        0.31 362.01 359.30
        1.0, NC-VAE, CD, f:     0.43 362.46 358.91
        1.0, NC-VAE, CD, tuned: 0.39 362.28 359.46
        5.0, beta-VAE:          0.06 359.14 359.14
        5.0, NC-VAE, CD:        0.22 360.90 359.33
        5.0, NC-VAE, CD, f:     0.22 360.89 359.3
        5.0, NC-VAE, CD, tuned: 0.30 363.2 361.61
        """,
    ),
}


def printed_of(table: Mapping[str, Row], beta: str, method: str) -> Row:
    """Return what is printed of a method: the row of the prior of training, and -ELBO under the other priors.

    Args:
        table: Table 1, or that of a corpus.
        beta: As printed.
        method: ``beta-VAE``, or NC-VAE with its noise.
    """
    start = f"{beta}, {method}"
    others = {name: table[f"{start}, {prior}"] for prior, name in PRIORS.items() if f"{start}, {prior}" in table}
    return {**table[start], **{name: row["negative_elbo"] for name, row in others.items()}}
