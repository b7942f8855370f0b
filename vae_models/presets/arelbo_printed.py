"""The numbers that AR-ELBO prints: Tables 1, 3, 4, 5, 7 and E.8."""

from collections.abc import Mapping

from vae_models.presets.printed import Row, read_table

ERROR = "squared_error_squared_units"
GAPS = ("expected_gap_at_0.01_squared_units", "expected_gap_at_0.001_squared_units")
# the column is named E|grad mu|_F^2; its values are those of (C.7), which divides by d_z
SMOOTHNESS = "local_smoothness_per_coordinate_squared_units"
POSTERIOR_VARIANCE = "posterior_variance_squared_units"
NLL = "importance_weighted_nll"
FRECHET = ("prior", "second_stage", "mixture_10", "mixture_100")
SLERP = ("slerp_half", "slerp_uniform")
VARIANCES = tuple(f"variance_{part}_squared_units" for part in range(4))  # SU, SL, BU, BL


def fid(what: str) -> str:
    """Return the name of a FID."""
    return f"fid_{what}_squared_units"


# by log10 of sigma_x^2
TABLE1: Mapping[str, Mapping[str, Row]] = {
    "stochastic": read_table(
        (ERROR, "kl", POSTERIOR_VARIANCE, "mutual_information", *GAPS, SMOOTHNESS),
        """
         0.0: 52.74  0.00 1.00     0.03 6.31e-5 6.35e-6 3.97e-4
        -0.1: 18.03  9.39 9.56e-2  9.7  1.05    0.108   6.76
        -0.2: 15.15 10.93 6.48e-2 12.5  1.30    0.135   8.34
        -0.3: 13.08 12.54 4.36e-2 16.0  1.51    0.157   9.72
        -0.4: 11.38 14.13 3.01e-2 20.6  1.77    0.184  11.4
        -0.5: 10.18 15.30 2.14e-2 26.3  1.99    0.208  12.8
        -0.6:  9.16 16.72 1.55e-2 33.2  2.16    0.227  14.0
        -0.7:  8.25 18.05 1.11e-2 42.3  2.31    0.244  15.0
        -0.8:  7.72 19.27 8.21e-3 52.9  2.40    0.254  15.6
        -0.9:  7.13 20.55 5.97e-3 64.9  2.43    0.257  15.8
        -1.0:  6.70 21.75 4.45e-3 82.3  2.57    0.272  16.7
        """,
    ),
    "deterministic": read_table(
        (ERROR, "mutual_information", *GAPS, SMOOTHNESS),
        """
         0.0: 5.95 12.5 74.6 25.3  743
        -0.1: 5.69 14.7 69.1 22.5  682
        -0.2: 5.38 17.9 63.4 20.7  637
        -0.3: 5.37 21.4 58.1 17.9  578
        -0.4: 5.31 25.8 58.2 15.5  540
        -0.5: 5.26 30.6 53.1 12.9  474
        -0.6: 5.14 38.9 48.9 11.8  442
        -0.7: 5.17 46.1 45.5 10.1  398
        -0.8: 5.06 58.0 43.2  9.15 371
        -0.9: 4.98 71.9 39.2  7.83 329
        -1.0: 5.01 89.1 35.3  6.61 289
        """,
    ),
}

# by log10 of sigma_z^2
TABLE_E8: Mapping[str, Row] = read_table(
    (ERROR, "kl", "mutual_information", *GAPS, SMOOTHNESS),
    """
     1.0: 52.74  26.79 8.0e-3 6.20e-6 6.15e-7 3.81e-5
     0.9: 52.74  19.48 6.8e-3 7.19e-6 7.11e-7 4.42e-5
     0.8: 22.96 134.83  85    2.03e-2 2.03e-3 1.27e-1
     0.7: 20.50 139.09 100    2.37e-2 2.37e-3 1.48e-1
     0.6: 19.30 132.61 120    2.87e-2 2.87e-3 1.80e-1
     0.5: 17.38 132.05 170    3.44e-2 3.44e-3 2.16e-1
     0.4: 15.91 128.96 190    3.94e-2 3.94e-3 2.47e-1
     0.3: 14.63 125.97 230    4.50e-2 4.50e-3 2.82e-1
     0.2: 13.50 122.07 280    5.16e-2 5.16e-3 3.23e-1
     0.1: 12.40 118.89 310    5.83e-2 5.81e-3 3.67e-1
     0.0: 11.71 112.50 360    6.79e-2 6.80e-3 4.26e-1
    -0.1: 10.97 107.32 400    7.53e-2 7.55e-3 4.74e-1
    -0.2: 10.23 103.87 420    8.69e-2 8.70e-3 5.46e-1
    -0.3:  9.63  98.48 460    9.84e-2 9.88e-3 6.18e-1
    -0.4:  9.12  93.86 520    1.12e-1 1.12e-2 7.05e-1
    -0.5:  8.71  88.35 520    1.25e-1 1.26e-2 7.88e-1
    -0.6:  8.26  83.68 590    1.42e-1 1.43e-2 8.94e-1
    -0.7:  7.82  79.70 660    1.62e-1 1.62e-2 1.02
    -0.8:  7.55  74.75 710    1.80e-1 1.80e-2 1.13
    -0.9:  7.26  70.63 730    2.04e-1 2.05e-2 1.29
    -1.0:  7.05  66.14 760    2.28e-1 2.30e-2 1.45
    """,
)

# by pattern and variance of the noise: Iso-I, Diag-I upper and lower, Iso-D small and big, Diag-D SU SL BU BL
_TABLE3 = read_table(
    tuple("ABCDEFGHI"),
    """
    uniform 0.01:             0.013  0.014  0.013  0.014  0.014  0.017 0.016  0.017  0.017
    uniform 0.1:              0.10   0.11   0.099  0.10   0.10   0.11  0.10   0.11   0.10
    spatial 0.01:             0.0089 0.016  0.0042 0.0089 0.0091 0.017 0.0069 0.017  0.0072
    spatial 0.1:              0.055  0.11   0.0038 0.055  0.055  0.11  0.0065 0.11   0.0070
    conditional 0.01:         0.0085 0.0087 0.0087 0.015  0.0037 0.017 0.017  0.0073 0.0076
    conditional 0.1:          0.053  0.055  0.051  0.11   0.0042 0.11  0.10   0.0064 0.0067
    spatial-conditional 0.01: 0.0061 0.0099 0.0045 0.0095 0.0034 0.017 0.0070 0.0070 0.0073
    spatial-conditional 0.1:  0.029  0.059  0.0038 0.059  0.0040 0.11  0.0069 0.0068 0.0066
    """,
)
_PARTS = {"Iso-I": "AAAA", "Diag-I": "BCBC", "Iso-D": "DDEE", "Diag-D": "FGHI"}  # that hold for SU, SL, BU, BL
TABLE3: Mapping[tuple[str, str], Row] = {
    (noise, which): {name: row[column] for name, column in zip(VARIANCES, columns, strict=True)}
    for noise, row in _TABLE3.items()
    for which, columns in _PARTS.items()
}

# Table 4 and Table 5 side by side
GENERATION: Mapping[str, Mapping[str, Row]] = {
    "MNIST": read_table(
        (ERROR, *map(fid, FRECHET[:3]), *map(fid, SLERP)),
        """
        vae:            20.25  55.85 182.64 58.96 62.18 63.86
        bernoulli:       7.26  19.16  19.65 17.49 18.20 18.08
        ae:              4.31   -     20.66 13.20 18.49 12.81
        wae:             4.34  22.76  15.00 13.70 17.27 12.41
        rae:             4.28   -     18.54 13.68 17.71 12.99
        rae-gp:          4.30   -     18.89 13.71 17.98 12.96
        iso-i-trained:   4.28  20.93  14.83 13.39 15.66 12.73
        diag-i-trained:  5.70  26.08  18.44 15.72 17.34 14.77
        iso-d-trained:   4.45  27.40  16.38 13.67 17.03 13.33
        diag-d-trained:  5.33 146.43  26.02 27.90 51.65 31.66
        iso-i:           4.40  22.78  15.77 12.21 14.77 11.27
        diag-i:          5.35  24.15  17.18 13.38 17.24 13.08
        iso-d:           4.31  22.94  17.57 12.89 15.30 12.01
        diag-d:          6.80  16.64  10.49 10.05 11.96  8.68
        """,
    ),
    "CelebA": read_table(
        (ERROR, *map(fid, FRECHET), *map(fid, SLERP)),
        """
        vae:            121.91  55.46 139.32  54.66  53.94  57.87  55.54
        mol:            163.68 269.18 148.18 153.08 149.02 137.45 138.26
        ae:              61.44   -     62.34  46.47  43.41  50.35  45.01
        wae:             62.66  52.89  51.32  43.57  41.88  41.93  38.80
        rae:             61.49   -     57.26  46.50  43.89  48.78  43.97
        rae-gp:          61.48   -     54.54  43.63  41.10  45.22  40.58
        iso-i-trained:   61.42  63.21  63.12  51.40  49.61  52.01  48.83
        diag-i-trained:  62.65  59.66  54.75  45.86  43.50  44.22  41.23
        iso-d-trained:   65.29 195.58  53.13  50.09  47.31  48.51  43.97
        diag-d-trained:  85.33 354.20 217.06 188.30 188.05 238.74 212.39
        iso-i:           62.02  82.20  52.48  42.82  41.03  42.59  39.19
        diag-i:          63.51  87.44  53.60  45.85  42.83  45.55  41.92
        iso-d:           61.38  78.24  49.97  43.27  40.39  42.49  38.93
        diag-d:          70.75  64.40  55.30  46.63  45.27  46.86  44.15
        """,
    ),
}

TABLE7: Mapping[str, Mapping[str, Row]] = {
    data: read_table((NLL,), text)
    for data, text in {
        "MNIST": "vae: 736.61\n iso-i: -887.17\n diag-i: -1390.88\n iso-d: -995.87\n diag-d: -2113.80",
        "CelebA": "vae: 11381.26\n iso-i: -14899.38\n diag-i: -15161.17\n iso-d: -15739.12\n diag-d: -24288.90",
        "CelebAHQ": "vae: 45455.85\n iso-i: -64060.25\n diag-i: -65139.82\n iso-d: -66509.64\n diag-d: -103572.99",
    }.items()
}
