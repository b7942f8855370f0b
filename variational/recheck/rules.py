"""The rules of the verifier, one for each kind of formal statement."""

from collections.abc import Mapping

from variational.recheck.finding import Rule
from variational.recheck.rules_convex import convex
from variational.recheck.rules_decision import inequality, universal
from variational.recheck.rules_expectation import gaussian_integral
from variational.recheck.rules_gaussian import gaussian_bound
from variational.recheck.rules_infimum import infimum
from variational.recheck.rules_limit import limit
from variational.recheck.rules_matrix import matrix
from variational.recheck.rules_optimum import optimum
from variational.recheck.rules_pointwise import first_variation, identity, second_variation
from variational.recheck.rules_real import real_identity, real_inequality
from variational.recheck.rules_stationary import stationary
from variational.recheck.rules_table import table

# Statements about numbers: their verdicts do not depend on the spaces of data and codes.
NUMBERS: Mapping[str, Rule] = {
    "real-identity": real_identity,
    "real-inequality": real_inequality,
    "limit": limit,
    "infimum": infimum,
    "gaussian-integral": gaussian_integral,
    "table": table,
    "matrix": matrix,
}
RULES: Mapping[str, Rule] = {
    "identity": identity,
    "derivative": first_variation,
    "second-derivative": second_variation,
    "stationary": stationary,
    "inequality": inequality,
    "universal": universal,
    "convex": convex,
    "optimum": optimum,
    "gaussian-bound": gaussian_bound,
    **NUMBERS,
}
