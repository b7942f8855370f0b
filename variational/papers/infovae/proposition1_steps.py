"""Proposition 1: the statements about numbers from which its claims are put together, with their proofs.

q(z|x=1) = N(a, s^2), q(z|x=-1) = N(-b, t^2), p(z) = N(0, 1); u = q(z|1)/q(z|-1), w = u/(1+u), y = 1 - w.
"""

FOUR = {"a": "inf", "b": "inf", "s": "0+", "t": "0+"}
ALL_POSITIVE = {"a": "> 0", "b": "> 0", "s": "> 0", "t": "> 0"}

# Minus the mean over the two data of log N(x; m, v), with w = P(x = 1 | z), up to log(2 pi)/2.
DECODER = {
    "kind": "infimum",
    "variables": {"w": "> 0, < 1", "m": "real", "v": "> 0"},
    "over": ["m", "v"],
    "expr": "1/2*log(v) + (w*(1-m)^2 + (1-w)*(1+m)^2)/(2*v)",
    "value": "1/2 + 1/2*log(4*w*(1-w))",
    "attained": True,
}
DECODER_PROOF = {
    "proof": {"by": "slack", "slack": "1/2*phi(4*w*(1-w)/v) + (m-2*w+1)^2/(2*v)"},
    "at": {"m": "2*w-1", "v": "4*w*(1-w)"},
}
# -log(4 w (1-w))/2 against (2w-1) log(w/(1-w))/2, whose mean is a quarter of Jeffreys' divergence: the entropy of w.
ENTROPY = {
    "kind": "real-inequality",
    "variables": {"u": "> 0", "w": "= u/(1+u)", "y": "= 1/(1+u)"},
    "then": ["-1/2*log(4*w*y) >= 1/2*(w-y)*log(u) - log(2)", "-1/2*log(4*w*y) <= 1/2*(w-y)*log(u)"],
}
ENTROPY_PROOF = {
    "proofs": {
        "-1/2*log(4*w*y) >= 1/2*(w-y)*log(u) - log(2)": {"by": "slack", "slack": "w*phi(w) + y*phi(y) + 2*w*y"},
        "-1/2*log(4*w*y) <= 1/2*(w-y)*log(u)": {"by": "slack", "slack": "w*phi(1/(2*w)) + y*phi(1/(2*y))"},
    }
}
JEFFREYS = {
    "kind": "gaussian-integral",
    "variables": ALL_POSITIVE,
    "under": {"u": {"mean": "a", "variance": "s^2"}, "v": {"mean": "-b", "variance": "t^2"}},
    "integrand": "-(u-a)^2/(2*s^2) - log(s) + (u+b)^2/(2*t^2) + log(t)"
    " - (v+b)^2/(2*t^2) - log(t) + (v-a)^2/(2*s^2) + log(s)",
    "value": "1/2*((s^2+(a+b)^2)/t^2 + (t^2+(a+b)^2)/s^2 - 2)",
}
REGULARISER = {
    "kind": "gaussian-integral",
    "variables": ALL_POSITIVE,
    "under": {"u": {"mean": "a", "variance": "s^2"}},
    "integrand": "-(u-a)^2/(2*s^2) - log(s) + u^2/2",
    "value": "1/2*(a^2 + s^2 - 1 - log(s^2))",
}
# A lower bound of the ELBO at the best theta: Jeffreys/4 - log 2 - log(2 pi e)/2 - the mean regulariser.
LOWER = (
    "1/8*((s^2+(a+b)^2)/t^2 + (t^2+(a+b)^2)/s^2 - 2) - 1/2*log(2*pi) - 1/2 - log(2)"
    " - 1/4*(a^2+s^2-1-2*log(s)) - 1/4*(b^2+t^2-1-2*log(t))"
)
GROWS = {"kind": "limit", "variables": ALL_POSITIVE, "expr": LOWER, "tends": FOUR, "value": "inf"}
GROWS_PROOF = {
    "near": ["s < 1/2", "t < 1/2", "a > 1", "b > 1"],
    "lower": {
        "bound": "1/4*(a^2+b^2) - 1/2*log(2*pi) - log(2) - 1/8",
        "proof": {
            "by": "slack",
            "slack": "1/8*(s/t-t/s)^2 + 1/2*phi(1/s) + 1/2*phi(1/t) + 1/4*a*b*(1/s^2+1/t^2)"
            " + 1/16*(a^2+b^2)*((1/s-2)*(1/s+2) + (1/t-2)*(1/t+2)) + 1/16*(a^2+b^2-2)*(1/s^2+1/t^2)"
            " + 1/8*(1/s-2)^2 + 1/8*(1/t-2)^2 + 1/4*(1/2-s^2-t^2)",
        },
    },
}
# log of the best decoder at x = 1, with u = q(z|1)/q(z|-1): -log(4wy)/2 - 1/(2u), up to log(2 pi)/2.
TWO_SIDED = {
    "kind": "real-inequality",
    "variables": {"u": "> 0", "w": "= u/(1+u)", "y": "= 1/(1+u)"},
    "then": [
        "-1/2*log(4*w*y) - 1/(2*u) <= 1/2*log(u) - 1/2",
        "-1/2*log(4*w*y) - 1/(2*u) >= 1/2*log(u) - log(2) - 1/(2*u)",
    ],
}
TWO_SIDED_PROOF = {
    "proofs": {
        "-1/2*log(4*w*y) - 1/(2*u) <= 1/2*log(u) - 1/2": {"by": "slack", "slack": "phi((1+u)/(2*u))"},
        "-1/2*log(4*w*y) - 1/(2*u) >= 1/2*log(u) - log(2) - 1/(2*u)": {"by": "slack", "slack": "log(1+1/u)"},
    }
}
# The path a = b = n, t = 1/n, s = 1/n^4, along which q(z|1) is ever narrower than q(z|-1).
# With n^2 = 1 + k; P = 1 + n^8/2 - n^2/2 is the precision of p sqrt(q(.|1)/q(.|-1)).
NARROW = {"k": "> 0", "m": "= 1+k", "P": "= 1 + 3/2*k + 3*k^2 + 2*k^3 + 1/2*k^4"}
EVIDENCE = {
    "kind": "gaussian-integral",
    "variables": {**NARROW, "n": "= sqrt(1+k)"},
    "under": {"z": {"mean": "0", "variance": "1"}},
    "integrand": "exp(-(z-n)^2*m^4/4 + (z+n)^2*m/4)",
    "value": "1/sqrt(P)*exp(m^3*(m^3+1)^2/(8*P) - (m^5-m^2)/4)",
}
GAP_ABOVE = "log(2) + 1/2*(1/m^4 + 1/2 - 1/(2*m^3) + m*k^2/P - 1 - log(P/m^4))"
SUMMED = {
    "kind": "real-identity",
    "variables": NARROW,
    "lhs": "1/2*(m+1/m^4-1+4*log(m)) - 1/4*(1/m^3+4*m^2-1+3*log(m)) + log(2) + 3/4*log(m) - 1/2*log(P)"
    " + m^3*(m^3+1)^2/(8*P) - (m^5-m^2)/4",
    "rhs": GAP_ABOVE,
}
STAYS = {
    "kind": "limit",
    "variables": NARROW,
    "expr": GAP_ABOVE,
    "tends": {"k": "inf"},
    "value": "3/2*log(2) - 1/4",
}
# With equal variances u(z+h) = k u(z), k = exp(h (a+b)/l^2) >= 1 for h >= 0.
STEEP = {
    "kind": "real-inequality",
    "variables": {"u": "> 0", "k": ">= 1"},
    "then": [
        "-1/2*log(4*u*k/(1+u*k)^2) - 1/(2*u*k) + 1/2*log(4*u/(1+u)^2) + 1/(2*u) >= 2/5*log(k)",
    ],
}
STEEP_PROOF = {
    "proof": {
        "by": "monotone",
        "in": "k",
        "at": "1",
        "start": {"by": "slack", "slack": "0"},
        "above": {"by": "slack", "slack": "((u*k-2)^2+1)/(10*u*k*k*(u*k+1))"},
    }
}
GAP_GROWS = {
    "kind": "limit",
    "variables": {"a": "> 0", "b": "> 0", "l": "> 0"},
    "expr": "2/5*a*(a+b)/l^2 - 3/2*a^2",
    "tends": {"a": "inf", "b": "inf", "l": "0+"},
    "value": "inf",
}
GAP_GROWS_PROOF = {
    "near": ["l < 1/2"],
    "lower": {
        "bound": "1/10*a^2",
        "proof": {"by": "slack", "slack": "2/5*a*b/l^2 + 2/5*a^2*(1/l-2)*(1/l+2)"},
    },
}
# a = b = c and s = t = l
FORMULA = "c^2*(1/l^2-1/2) + log(l) - 1/2*l^2 - 1/2*log(2*pi)"
FIXED_MEANS = {
    "kind": "limit",
    "variables": {"l": "> 0"},
    "expr": "1/8*(2*(l^2+4)/l^2 - 2) - 1/2*log(2*pi) - 1/2 - log(2) - 1/2*(1+l^2-1-2*log(l))",
    "tends": {"l": "0+"},
    "value": "inf",
}
SYMMETRIC = {
    "kind": "real-identity",
    "variables": {"c": "> 0", "l": "> 0"},
    "lhs": "1/8*(2*(l^2+4*c^2)/l^2 - 2) - 1/2*log(2*pi) - 1/2 - 1/2*(c^2+l^2-1-log(l^2))",
    "rhs": FORMULA,
}
SHRINKING = {
    "kind": "limit",
    "variables": {"c": "> 0", "l": "> 0"},
    "expr": f"{FORMULA} - log(2)",
    "tends": {"l": "0+"},
    "value": "inf",
}
# l < sqrt(2) written as l^2 = 2/(1+e) with e > 0
PUSHED = {
    "kind": "limit",
    "variables": {"c": "> 0", "e": "> 0"},
    "expr": "c^2*e/2 + 1/2*log(2/(1+e)) - 1/(1+e) - 1/2*log(2*pi) - log(2)",
    "tends": {"c": "inf"},
    "value": "inf",
}
NOT_PUSHED = {
    "kind": "real-inequality",
    "variables": {"c": "> 0", "l": ">= sqrt(2)"},
    "then": ["c^2*(1/l^2-1/2) <= 0"],
}
