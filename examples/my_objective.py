"""Objectives of one's own, for ``python -m variational.analyze examples/my_objective.py:NAME``.

An objective is an Objective, a SymPy expression made of building blocks or integrals, or a text.
"""

import sympy as sp

from variational.objective import block, from_expression
from variational.symbols import Int, function, point

strength, weight = sp.symbols("strength weight", positive=True)  # declared signs count as assumptions

# Building blocks with any coefficients: a kernel discrepancy beside the divergence, information rewarded.
with_discrepancy = block("recon") + block("KL(q,p)") + strength * block("MMD(g,p)") - weight * block("MI")

# The same kind of thing as a text.
adversarial = "recon + a*JSD(g,p) + b*KL(q,n;pn)"

# An integral written out; it is recognised as recon + strength*KL(q,p) and analysed as such.
x, z = point("x"), point("z")
data, encoder, prior, decoder = function("pd")(x), function("q|")(z, x), function("p")(z), function("p|")(x, z)
written_out = from_expression(
    Int(data * encoder * (strength * sp.log(encoder / prior) - sp.log(decoder)), x, z), name="written_out"
)

# No combination of building blocks: the stationarity equations are derived, the regimes are undecided.
chi_square = block("recon") + Int(data * encoder**2 / prior, x, z)
