"""Sections 4.1 and 5.2: maximum mean discrepancy and the class distance l_ce."""

from variational import blocks
from variational.papers.infovae.wording import AGGREGATE, POSITIVE
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

MEANS = "int[z,z'](p(z)*p(z')*k(z,z')) - 2*int[z,z'](gamma(z)*p(z')*k(z,z')) + int[z,z'](gamma(z)*gamma(z')*k(z,z'))"
SQUARE = "the printed D_MMD is the square of the distance of the kernel means; k is symmetric"
CLASSES = "c and c^ are distributions of classes; they are written p and n over the points z"
# Gram matrix of k(z, z') = 1 + z z' at -1, 0, 1: two laws with mean 0 are not told apart.
LINEAR = {
    "K": [["2", "1", "0"], ["1", "1", "1"], ["0", "1", "2"]],
    "p": [["1/4"], ["1/2"], ["1/4"]],
    "q": [["1/2"], ["0"], ["1/2"]],
}

CLAIMS = (
    Claim(
        id="infovae:mmd",
        printed=r"D_{MMD}(q\|p) = E_{p(z),p(z')}[k(z,z')] - 2E_{q(z),p(z')}[k(z,z')] + E_{q(z),q(z')}[k(z,z')]; \;"
        r" k \text{ any positive definite kernel}; \; D_{MMD} = 0 \text{ if and only if } p = q",
        source=Source(key="infovae", locator="Sec. 4.1, Maximum-Mean Discrepancy"),
        assumptions=(SQUARE, AGGREGATE),
        formal={"kind": "all", "of": ["infovae:mmd.formula", "infovae:mmd.if", "infovae:mmd.only-if"]},
        recorded=Status.REFUTED,
        corrected_by="infovae:mmd.corrected",
    ),
    Claim(
        id="infovae:mmd.formula",
        printed=r"E_{p(z),p(z')}[k(z,z')] - 2E_{q(z),p(z')}[k(z,z')] + E_{q(z),q(z')}[k(z,z')] = \iint k(z,z')"
        r" (q(z)-p(z)) (q(z')-p(z')) dz dz'",
        source=Source(key="infovae", locator="Sec. 4.1, display, as a quadratic form in q - p"),
        assumptions=(SQUARE, AGGREGATE, POSITIVE),
        formal={"kind": "identity", "lhs": MEANS, "rhs": blocks.BLOCKS[blocks.MMD_GP]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:mmd.if",
        printed=r"D_{MMD} = 0 \text{ if } p = q",
        source=Source(key="infovae", locator="Sec. 4.1, last sentence, 'if'"),
        assumptions=(SQUARE, POSITIVE),
        formal={"kind": "identity", "lhs": MEANS.replace("gamma", "p"), "rhs": "0"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:mmd.only-if",
        printed=r"k \text{ any positive definite kernel}: \; D_{MMD} = 0 \text{ only if } p = q",
        source=Source(key="infovae", locator="Sec. 4.1, last sentence, 'only if'"),
        assumptions=(
            "positive definite in the usual sense of kernels: every Gram matrix is positive semidefinite",
            "Z has three points, p and q are columns that sum to 1, and those of the witness hold no negative"
            " number; a constant kernel fails on two points already, the"
            " kernel 1 + z z' on the real line by infovae:mmd.normal; kernels whose Gram matrices are all positive"
            " definite fail on the real line too: infovae:mmd.strict",
            SQUARE,
        ),
        formal={
            "kind": "matrix",
            "matrices": {"K": "3x3", "p": "3x1", "q": "3x1", "e": [["1"], ["1"], ["1"]]},
            "given": [
                "K >= 0*identity(3)",
                "transpose(e)*p = identity(1)",
                "transpose(e)*q = identity(1)",
                "transpose(q-p)*K*(q-p) = 0*identity(1)",
            ],
            "then": ["p = q"],
        },
        hints={"witness": LINEAR},
        recorded=Status.REFUTED,
        corrected_by="infovae:mmd.corrected",
    ),
    Claim(
        id="infovae:mmd.normal",
        printed=r"\text{For } k(z,z') = 1 + zz', \; D_{MMD}(N(0, s^2) \| N(0, 1)) = 0 \text{ for every } s > 0",
        source=Source(key="infovae", locator="Sec. 4.1, last sentence, on the real line"),
        assumptions=("u, v are independent with law p = N(0, 1), and a, b independent with law q = N(0, s^2)",),
        formal={
            "kind": "gaussian-integral",
            "variables": {"s": "> 0"},
            "under": {
                "u": {"mean": "0", "variance": "1"},
                "v": {"mean": "0", "variance": "1"},
                "a": {"mean": "0", "variance": "s^2"},
                "b": {"mean": "0", "variance": "s^2"},
            },
            "integrand": "(1+u*v) - 2*(1+a*v) + (1+a*b)",
            "value": "0",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:mmd.strict",
        printed=r"\text{For any two laws } p \neq q \text{ on } \mathbb{R} \text{ with densities there is a bounded"
        r" kernel, all of whose Gram matrices at distinct points are positive definite, with } D_{MMD}(q\|p) = 0",
        source=Source(key="infovae", locator="Sec. 4.1, last sentence, for strictly positive definite kernels"),
        assumptions=(
            "g is the Gaussian kernel, under which the double integral of every signed measure but 0 is positive (by"
            " Bochner's theorem, not shown here)",
            "h(z) is the integral of g(z,w) mu(dw) with mu = q - p, c > 0 that of h dmu; k(z,z') = g(z,z') -"
            " h(z) h(z')/c",
            "a Gram matrix as a quadratic form in weights: A that of g, b the sum of the weights times h",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"A": "> 0", "b": "real", "c": "> 0", "t": "= b/c"},
                    "where": ["A - 2*t*b + t^2*c > 0"],
                    "then": ["A - b^2/c > 0"],
                },
                {"kind": "real-identity", "variables": {"c": "> 0"}, "lhs": "c - c*c/c", "rhs": "0"},
            ],
            "argument": "Let a be point masses with any weights but 0. The double integral of g under a - t mu is A - 2"
            " t b + t^2 c, positive as a is no multiple of mu, which has no point masses: this is the hypothesis of"
            " step 1, whose conclusion is the Gram matrix of k. By step 2 the double integral of k under mu, D_MMD, is"
            " 0.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "A - 2*b/c*b + (b/c)^2*c"}}, {}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:mmd.corrected",
        printed=r"D_{MMD} = \iint k \, d\mu \, d\mu, \; \mu = q - p: \text{ it vanishes if } p = q, \text{ and only if"
        r" } p = q \text{ for all laws exactly where } k \text{ is characteristic, as is a strictly positive definite"
        r" } k \text{ on finite } \mathcal{Z}",
        source=Source(key="infovae", locator="Sec. 4.1, last sentence, for characteristic kernels"),
        assumptions=(
            "a bounded measurable kernel is characteristic where the double integral of k is positive for every"
            " difference mu != 0 of two laws; Gaussian kernels on R^n are (by Bochner's theorem, not shown here)",
            SQUARE,
        ),
        formal={
            "kind": "steps",
            "steps": [
                {"kind": "identity", "lhs": MEANS, "rhs": blocks.BLOCKS[blocks.MMD_GP]},
                {"kind": "identity", "lhs": MEANS.replace("gamma", "p"), "rhs": "0"},
                {
                    "kind": "real-inequality",
                    "variables": {"a": "> 0", "b": "real", "c": "> b^2/a", "t": "> 0"},
                    "then": ["a*t^2 - 2*b*t*t + c*t^2 > 0"],
                },
            ],
            "argument": "Step 1 makes D_MMD the quadratic form of mu = q - p, and step 2 shows that it vanishes at mu ="
            " 0; that it vanishes nowhere else is the definition of a characteristic kernel. On finite Z a strictly"
            " positive definite matrix is positive at every mu != 0; step 3 is this for two points, mu = (t, -t).",
            "concludes": "proved",
        },
        hints={"steps": [{}, {}, {"proof": {"by": "slack", "slack": "t^2*((a-b)^2/a + (c - b^2/a))"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:lce",
        printed=r"\text{We use cross entropy loss } l_{ce}(c, \hat c) = -c^T(\log \hat c - \log c)",
        source=Source(key="infovae", locator="Sec. 5.2, sample distribution"),
        assumptions=(CLASSES, "the cross entropy of c and c^ is -c^T log c^"),
        # ERR l_ce is called the cross entropy; it is the KL divergence, less by the entropy of c
        formal={
            "kind": "identity",
            "lhs": "-int[z](p(z)*(log(n(z)) - log(p(z))))",
            "rhs": "-int[z](p(z)*log(n(z)))",
        },
        recorded=Status.REFUTED,
        corrected_by="infovae:lce.corrected",
    ),
    Claim(
        id="infovae:lce.corrected",
        printed=r"-c^T(\log \hat c - \log c) = D_{KL}(c\|\hat c) = -c^T \log \hat c - H(c)",
        source=Source(key="infovae", locator="Sec. 5.2, sample distribution, with the KL divergence"),
        assumptions=(CLASSES, "c is fixed by the data, so that both have the same order between models"),
        formal={"kind": "all", "of": ["infovae:lce.divergence", "infovae:lce.entropy"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:lce.divergence",
        printed=r"-c^T(\log \hat c - \log c) = D_{KL}(c\|\hat c)",
        source=Source(key="infovae", locator="Sec. 5.2, l_ce as a divergence"),
        assumptions=(CLASSES,),
        formal={
            "kind": "identity",
            "lhs": "-int[z](p(z)*(log(n(z)) - log(p(z))))",
            "rhs": "int[z](p(z)*log(p(z)/n(z)))",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:lce.entropy",
        printed=r"D_{KL}(c\|\hat c) = -c^T \log \hat c - H(c)",
        source=Source(key="infovae", locator="Sec. 5.2, l_ce against the cross entropy"),
        assumptions=(CLASSES,),
        formal={
            "kind": "identity",
            "lhs": "int[z](p(z)*log(p(z)/n(z)))",
            "rhs": "-int[z](p(z)*log(n(z))) - (-int[z](p(z)*log(p(z))))",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
