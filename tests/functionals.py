"""Functionals of densities as formula text: a list, each with the function that it is varied in, and a strategy."""

import dataclasses

from hypothesis import strategies as st

from variational.blocks import BLOCKS, DATA_ENTROPY, DECODER_GAP

ENCODER = "q(z|x)"
DECODER = "p(x|z)"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Functional:
    """A functional, the function varied, and whether it is made of rational operations and log alone."""

    name: str
    text: str
    wrt: str = ENCODER

    @property
    def has_log_and_rational_operations_only(self) -> bool:
        return not any(mark in self.text for mark in ("exp(", "sqrt(", "^a", "^(", "^q"))


RECON, KL_QP, KL_QN, MI, KL_GP, JSD_GP, MMD_GP = BLOCKS.values()
LAGRANGE_ENCODER = "int[x](lambda(x)*(int[z](q(z|x))-1))"
LAGRANGE_DECODER = "int[z](mu(z)*(int[x](p(x|z))-1))"

FUNCTIONALS = (
    # local in the encoder
    Functional(name="linear", text="int[x,z](pd(x)*q(z|x)*f(x,z))"),
    Functional(name="reconstruction", text=RECON),
    Functional(name="conditional entropy", text="-int[x,z](pd(x)*q(z|x)*log(q(z|x)))"),
    Functional(name="kl to the prior", text=KL_QP),
    Functional(name="kl to the noise prior", text=KL_QN),
    Functional(name="joint chi-square", text="int[x,z](pd(x)*(q(z|x)-p(z))^2/p(z))"),
    Functional(name="tsallis entropy of order 3/2", text="int[x,z](pd(x)*q(z|x)^(3/2))"),
    Functional(name="encoder in an exponent", text="int[x,z](pd(x)*2^q(z|x))"),
    Functional(name="reciprocal", text="int[x,z](pd(x)/(q(z|x)+f(x,z)))"),
    # through the aggregated posterior
    Functional(name="mutual information", text=MI),
    Functional(name="kl of the aggregate", text=KL_GP),
    Functional(name="reverse kl of the aggregate", text="int[z](p(z)*log(p(z)/gamma(z)))"),
    Functional(name="jensen-shannon", text=JSD_GP),
    Functional(name="maximum mean discrepancy", text=MMD_GP),
    Functional(name="entropy of the aggregate", text="-int[z](gamma(z)*log(gamma(z)))"),
    Functional(name="chi-square of the aggregate", text="int[z]((gamma(z)-p(z))^2/p(z))"),
    Functional(name="hellinger", text="int[z]((sqrt(gamma(z))-sqrt(p(z)))^2)"),
    Functional(name="renyi of order two", text="log(int[z](gamma(z)^2/p(z)))"),
    Functional(name="power with a parameter", text="int[z](gamma(z)^a*p(z)^(1-a))"),
    Functional(name="itakura-saito", text="int[z](p(z)*phi(gamma(z)/p(z)))"),
    Functional(name="cube of the aggregate", text="b*int[z](eta(z)*gamma(z)^3)"),
    Functional(name="logarithm of a logarithm", text="int[z](p(z)*log(2+log(1+gamma(z))))"),
    Functional(name="aggregate inside log inside exp", text="int[z](p(z)*exp(-gamma(z)*log(1+gamma(z))))"),
    # products of integrals, and integrals inside functions
    Functional(name="squared integral", text="int[x,z](f(x,z)*q(z|x))^2"),
    Functional(name="product of two integrals", text="int[x,z](f(x,z)*q(z|x))*int[z](p(z)*log(gamma(z)))"),
    Functional(name="quotient of two integrals", text="int[z](r(z)*gamma(z)^2)/int[x,z](f(x,z)*q(z|x)^2)"),
    Functional(name="squared mass", text="int[x](g(x)*(int[z](q(z|x))-2)^2)"),
    Functional(name="log partition", text="log(int[z](p(z)*exp(-int[x](f(x,z)*q(z|x)))))"),
    Functional(name="exponential of an integral", text="exp(-int[z](gamma(z)^2))"),
    Functional(name="exponentiated information", text="log(int[x](pd(x)*exp(int[z](q(z|x)*log(q(z|x)/gamma(z))))))"),
    # bilinear, and nested over several levels
    Functional(name="bilinear through one z", text="int[x,z](pd(x)*q(z|x)*int[x'](pd(x')*q(z|x')))"),
    Functional(name="bilinear through a kernel", text="int[x,x',z,z'](f(x,z)*f(x',z')*q(z|x)*q(z'|x')*k(z,z'))"),
    Functional(name="overlap of two codes", text="int[x,x'](pd(x)*pn(x')*log(1+int[z](q(z|x)*q(z|x'))))"),
    Functional(
        name="three levels",
        text="int[z](p(z)*log(1+int[x](pd(x)*q(z|x)*int[z'](k(z,z')*log(1+int[x'](q(z'|x')))))))",
    ),
    Functional(name="shadowed points", text="int[x,z](pd(x)*q(z|x)*int[x](pd(x)*log(q(z|x))))"),
    Functional(name="trilinear", text="int[x,z,z'](f(x,z)*q(z|x)*q(z'|x)*gamma(z'))"),
    # losses with multipliers
    Functional(name="lagrangian", text=f"{RECON}+beta*({KL_QP})+{LAGRANGE_ENCODER}+{LAGRANGE_DECODER}"),
    Functional(name="everything", text=f"{RECON}+b*({KL_QP})-a*({MI})+l*({JSD_GP})+s*({MMD_GP})+{LAGRANGE_ENCODER}"),
    Functional(name="decoder gap", text=DECODER_GAP),
    # in other functions
    Functional(name="reconstruction in the decoder", text=RECON, wrt=DECODER),
    Functional(name="decoder gap in the decoder", text=DECODER_GAP, wrt=DECODER),
    Functional(name="lagrangian in the decoder", text=f"{RECON}+{LAGRANGE_DECODER}", wrt=DECODER),
    Functional(name="chi-square of the decoder", text="int[z](p(z)*int[x](p(x|z)^2/pd(x)))", wrt=DECODER),
    Functional(name="evidence in the decoder", text="-int[x](pd(x)*log(int[z](p(z)*p(x|z))))", wrt=DECODER),
    Functional(name="evidence in the prior", text="-int[x](pd(x)*log(int[z](p(z)*p(x|z))))", wrt="p(z)"),
    Functional(name="jensen-shannon in the prior", text=JSD_GP, wrt="p(z)"),
    Functional(name="discrepancy in the prior", text=MMD_GP, wrt="p(z)"),
    Functional(name="data entropy", text=DATA_ENTROPY, wrt="pd(x)"),
    Functional(name="information in the data density", text=MI, wrt="pd(x)"),
    Functional(name="kl of the aggregate in the data density", text=KL_GP, wrt="pd(x)"),
    Functional(name="square of a plain function", text="int[x](g(x)^2)", wrt="g(x)"),
    Functional(name="exponential of a plain function", text="int[x,z](q(z|x)*exp(f(x,z)))^2", wrt="f(x,z)"),
)

# Pairs of functions for the mixed second variation.
MIXED = (
    (RECON, "q(z|x)", "p(x'|z')"),
    (DECODER_GAP, "q(z|x)", "p(x'|z')"),
    (DECODER_GAP, "p(x|z)", "q(z'|x')"),
    (MI, "q(z|x)", "pd(x')"),
    (JSD_GP, "q(z|x)", "p(z')"),
    (MMD_GP, "p(z)", "q(z'|x')"),
    ("-int[x](pd(x)*log(int[z](p(z)*p(x|z))))", "p(z)", "p(x'|z')"),
    ("int[x,z](f(x,z)*q(z|x))*int[x,z](g(x)*p(x|z)^2)", "q(z|x)", "p(x'|z')"),
)

# Names for the points of random functionals. The second set holds names that an engine may hand out itself.
PLAIN_POINTS = ("x", "x'", "z", "z'", "z''")
HOSTILE_POINTS = ("x", "z", "x_1", "x1_1", "x2_1", "x_b1", "x__1", "z_1", "z1_1", "z1_2", "z2_1", "z_b2", "z__1")


def factors(scope):
    """Return the positive functions that can stand where the points ``scope`` are bound, the encoder most often."""
    xs = [name for name in scope if name[0] == "x"]
    zs = [name for name in scope if name[0] == "z"]
    pairs = [(x, z) for x in xs for z in zs]
    return [
        *(f"{name}({x})" for x in xs for name in ("pd", "g")),
        *(f"{name}({z})" for z in zs for name in ("p", "gamma", "gamma")),
        *(f"q({z}|{x})" for x, z in pairs for _ in range(3)),
        *(text for x, z in pairs for text in (f"p({x}|{z})", f"f({x},{z})")),
        *(f"k({z},{other})" for z in zs for other in zs if z != other),
    ]


def signed_factors(scope):
    """Return functions and parameters of either sign."""
    return ["b", "-beta", *(f"eta({z})" for z in scope if z[0] == "z"), *(f"lambda({x})" for x in scope if x[0] == "x")]


@st.composite
def integrals(draw, body, scope, names, depth):
    """Draw an integral over one or two points, some of them bound further out already."""
    bound = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    inner = tuple(dict.fromkeys((*scope, *bound)))
    weight = draw(st.sampled_from(factors(inner)))
    return f"int[{','.join(bound)}]({weight}*{draw(body(inner, names, depth - 1))})"


@st.composite
def positive_texts(draw, scope, names, depth):
    """Draw a positive expression in the points of ``scope``."""
    if depth == 0:
        return draw(st.sampled_from([*factors(scope), "2", "1/3"]))
    kind = draw(st.sampled_from(["product", "sum", "quotient", "power", "integral", "integral", "integral"]))
    if kind == "power":
        return f"({draw(positive_texts(scope, names, depth - 1))})^{draw(st.sampled_from(['2', '3', '-1', '(-2)']))}"
    if kind == "integral":
        return draw(integrals(positive_texts, scope, names, depth))
    weight = draw(st.sampled_from(factors(scope)))
    rest = draw(positive_texts(scope, names, depth - 1))
    return {"product": f"{weight}*({rest})", "sum": f"({weight}+{rest})", "quotient": f"{weight}/({rest})"}[kind]


@st.composite
def signed_texts(draw, scope, names, depth):
    """Draw an expression of either sign in the points of ``scope``."""
    if depth == 0:
        return draw(st.sampled_from(factors(scope) + signed_factors(scope)))
    kind = draw(st.sampled_from(["log", "log", "phi", "sum", "product", "square", "integral", "integral"]))
    if kind in {"log", "phi"}:
        return f"{kind}({draw(positive_texts(scope, names, depth - 1))})"
    if kind == "square":
        return f"({draw(signed_texts(scope, names, depth - 1))})^2"
    if kind == "integral":
        return draw(integrals(signed_texts, scope, names, depth))
    left = draw(st.sampled_from(factors(scope) + signed_factors(scope)))
    right = draw(signed_texts(scope, names, depth - 1))
    return {"product": f"{left}*({right})", "sum": f"({left}-{right})"}[kind]


def functional_texts(names=PLAIN_POINTS, *, depth=4):
    """Draw a functional: nested integrals, products, quotients, integer powers and logarithms, no free points.

    The outer integral runs over one point of each space, with a density in front, as losses do.
    """
    x, z = (st.sampled_from([name for name in names if name[0] == letter]) for letter in "xz")
    heads = ("", "pd({x})*", "p({z})*", "q({z}|{x})*", "pd({x})*q({z}|{x})*", "gamma({z})*")

    def whole(x, z):
        body = signed_texts((x, z), names, depth)
        return st.builds(
            lambda head, text: f"int[{x},{z}]({head.format(x=x, z=z)}({text}))", st.sampled_from(heads), body
        )

    return st.builds(lambda a, b: (a, b), x, z).flatmap(lambda pair: whole(*pair))
