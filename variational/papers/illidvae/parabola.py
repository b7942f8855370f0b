"""Gaussian data whose steep decoder runs along a parabola around them: a divergence as small as one likes, l < t."""

from variational.papers.illidvae.wording import NORMAL

PARABOLA = (
    NORMAL,
    "l = 1, t = 2, x ~ N(f(z), I); f1(z) = L_1 z; f2 is the gradient of L_2 |u|^2/2 + [h(u_1 + r u_2) + "
    "h(-u_1 + r u_2)]/r^2 + c.u with h(s) = max(s, 0)^3/6 and a constant c that centres the curve at x; r >= 1",
)
ACROSS, ALONG = "(L2*u + u^2/(2*r^2))", "(u^2/(2*r) - L2^2*r)"
PARABOLA_STEPS = [
    {
        "kind": "real-identity",
        "variables": {"u": ">= 0", "L2": "> 0", "r": ">= 1"},
        "lhs": f"{ACROSS}*(L2 + u/r^2) + {ALONG}*u/r",
        "rhs": "3*L2*u^2/(2*r^2) + (1/r^4 + 1/r^2)*u^3/2",
    },
    {
        "kind": "real-inequality",
        "variables": {"u": "> 0", "L2": "> 0", "r": ">= 1"},
        "then": ["3*L2*u^2/(2*r^2) + (1/r^4 + 1/r^2)*u^3/2 > 0"],
    },
    {
        "kind": "real-inequality",
        "variables": {"a": "real", "b": "real"},
        "then": ["(a + b)^2 <= 2*a^2 + 2*b^2"],
    },
    {
        "kind": "gaussian-integral",
        "variables": {"L1": "> 0", "L2": "> 0", "r": ">= 1"},
        "under": {"z": {"mean": "0", "variance": "1"}},
        "integrand": "L1^2*(9/2*L2^2*(L1*z)^4/r^4 + 1/2*(1/r^4 + 1/r^2)^2*(L1*z)^6)",
        "value": "27/2*L1^6*L2^2/r^4 + 15/2*L1^8*(1/r^4 + 1/r^2)^2",
    },
    {
        "kind": "limit",
        "variables": {"L1": "> 0", "L2": "> 0", "r": ">= 1"},
        "expr": "27/2*L1^6*L2^2/r^4 + 15/2*L1^8*(1/r^4 + 1/r^2)^2",
        "tends": {"r": "inf"},
        "value": "0",
    },
]
PARABOLA_HINTS = [{}, {}, {"proof": {"by": "slack", "slack": "(a - b)^2"}}, {}, {}]
PARABOLA_WORDS = (
    "On the line u = (L_1 z, 0) the curve f - x is (L_2 u + u|u|/(2 r^2), u^2/(2 r) - L_2^2 r), and minus its product "
    "with its own derivative, the score per unit of u, has the size of the first line (odd in u), which is positive "
    "for u > 0. So F > 0, and by the third and fourth line F is at most a number that tends to 0 with r, whatever "
    "L_1 and L_2"
)
