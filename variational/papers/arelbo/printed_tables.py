"""The numbers of Table 1, Table E.8 and Table 3, as printed, but for e+1 written as e1."""

# L = log10 sigma_x^2, v = sigma_z^2, gap2 and gap3 the expected gap at s_z^2 = 10^(-2) and 10^(-3).
NAMES_1 = ("L", "MSE", "KL", "v", "MI", "gap2", "gap3", "ELS")
COLUMNS_1 = {name: "exact" if name == "L" else "rounded" for name in NAMES_1}
TABLE_1 = """
0.0 52.74 0.00 1.00 0.03 6.31e-5 6.35e-6 3.97e-4
-0.1 18.03 9.39 9.56e-2 9.7 1.05 0.108 6.76
-0.2 15.15 10.93 6.48e-2 12.5 1.30 0.135 8.34
-0.3 13.08 12.54 4.36e-2 16.0 1.51 0.157 9.72
-0.4 11.38 14.13 3.01e-2 20.6 1.77 0.184 1.14e1
-0.5 10.18 15.30 2.14e-2 26.3 1.99 0.208 1.28e1
-0.6 9.16 16.72 1.55e-2 33.2 2.16 0.227 1.40e1
-0.7 8.25 18.05 1.11e-2 42.3 2.31 0.244 1.50e1
-0.8 7.72 19.27 8.21e-3 52.9 2.40 0.254 1.56e1
-0.9 7.13 20.55 5.97e-3 64.9 2.43 0.257 1.58e1
-1.0 6.70 21.75 4.45e-3 82.3 2.57 0.272 1.67e1
"""

NAMES_DETERMINISTIC = ("L", "MSE", "MI", "gap2", "gap3", "ELS")
COLUMNS_DETERMINISTIC = {name: "exact" if name == "L" else "rounded" for name in NAMES_DETERMINISTIC}
TABLE_1_DETERMINISTIC = """
0.0 5.95 12.5 74.6 25.3 7.43e2
-0.1 5.69 14.7 69.1 22.5 6.82e2
-0.2 5.38 17.9 63.4 20.7 6.37e2
-0.3 5.37 21.4 58.1 17.9 5.78e2
-0.4 5.31 25.8 58.2 15.5 5.40e2
-0.5 5.26 30.6 53.1 12.9 4.74e2
-0.6 5.14 38.9 48.9 11.8 4.42e2
-0.7 5.17 46.1 45.5 10.1 3.98e2
-0.8 5.06 58.0 43.2 9.15 3.71e2
-0.9 4.98 71.9 39.2 7.83 3.29e2
-1.0 5.01 89.1 35.3 6.61 2.89e2
"""

# L = log10 sigma_z^2, which is fixed.
NAMES_E8 = ("L", "MSE", "KL", "MI", "gap2", "gap3", "ELS")
COLUMNS_E8 = {name: "exact" if name == "L" else "rounded" for name in NAMES_E8}
TABLE_E8 = """
1.0 52.74 26.79 8.0e-3 6.20e-6 6.15e-7 3.81e-5
0.9 52.74 19.48 6.8e-3 7.19e-6 7.11e-7 4.42e-5
0.8 22.96 134.83 8.5e1 2.03e-2 2.03e-3 1.27e-1
0.7 20.50 139.09 1.0e2 2.37e-2 2.37e-3 1.48e-1
0.6 19.30 132.61 1.2e2 2.87e-2 2.87e-3 1.80e-1
0.5 17.38 132.05 1.7e2 3.44e-2 3.44e-3 2.16e-1
0.4 15.91 128.96 1.9e2 3.94e-2 3.94e-3 2.47e-1
0.3 14.63 125.97 2.3e2 4.50e-2 4.50e-3 2.82e-1
0.2 13.50 122.07 2.8e2 5.16e-2 5.16e-3 3.23e-1
0.1 12.40 118.89 3.1e2 5.83e-2 5.81e-3 3.67e-1
0.0 11.71 112.50 3.6e2 6.79e-2 6.80e-3 4.26e-1
-0.1 10.97 107.32 4.0e2 7.53e-2 7.55e-3 4.74e-1
-0.2 10.23 103.87 4.2e2 8.69e-2 8.70e-3 5.46e-1
-0.3 9.63 98.48 4.6e2 9.84e-2 9.88e-3 6.18e-1
-0.4 9.12 93.86 5.2e2 1.12e-1 1.12e-2 7.05e-1
-0.5 8.71 88.35 5.2e2 1.25e-1 1.26e-2 7.88e-1
-0.6 8.26 83.68 5.9e2 1.42e-1 1.43e-2 8.94e-1
-0.7 7.82 79.70 6.6e2 1.62e-1 1.62e-2 1.02
-0.8 7.55 74.75 7.1e2 1.80e-1 1.80e-2 1.13
-0.9 7.26 70.63 7.3e2 2.04e-1 2.05e-2 1.29
-1.0 7.05 66.14 7.6e2 2.28e-1 2.30e-2 1.45
"""

# Noise variance s, estimate on a noisy partition, and whether it is by Diag-D; sufficient parameterizations only.
NAMES_3 = ("s", "est", "diagD")
COLUMNS_3 = {"s": "exact", "est": "rounded", "diagD": "exact"}
TABLE_3 = """
0.01 0.013 0
0.01 0.014 0
0.01 0.013 0
0.01 0.014 0
0.01 0.014 0
0.01 0.017 1
0.01 0.016 1
0.01 0.017 1
0.01 0.017 1
0.1 0.10 0
0.1 0.11 0
0.1 0.099 0
0.1 0.10 0
0.1 0.10 0
0.1 0.11 1
0.1 0.10 1
0.1 0.11 1
0.1 0.10 1
0.01 0.016 0
0.01 0.017 1
0.01 0.017 1
0.1 0.11 0
0.1 0.11 1
0.1 0.11 1
0.01 0.015 0
0.01 0.017 1
0.01 0.017 1
0.1 0.11 0
0.1 0.11 1
0.1 0.10 1
0.01 0.017 1
0.1 0.11 1
"""


def _rows(names: tuple[str, ...], table: str) -> list[dict[str, str]]:
    """Return the lines of a table by column."""
    return [dict(zip(names, line.split(), strict=True)) for line in table.strip().splitlines()]


ROWS_1 = _rows(NAMES_1, TABLE_1)
ROWS_DETERMINISTIC = _rows(NAMES_DETERMINISTIC, TABLE_1_DETERMINISTIC)
ROWS_E8 = _rows(NAMES_E8, TABLE_E8)
ROWS_3 = _rows(NAMES_3, TABLE_3)
