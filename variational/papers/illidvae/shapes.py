"""The shapes of B and of the maps in Assumption 3.2, Definitions 4.1-4.3 and Appendix A.3."""

from variational.papers.illidvae.wording import ours, printed_at
from variational.records import DENSITIES, Claim, Status

SIZES = ["l >= 1", "t > l"]
EMBEDDING = [["1", "0", "0"], ["0", "1", "0"]]

CLAIMS = (
    Claim(
        id="illidvae:shapes",
        printed=r"f_\theta = f_\theta^{(2)}(B^\top f_\theta^{(1)}(z)), \; f^{(1)}: \mathbb{R}^l \to \mathbb{R}^l, \;"
        r" f^{(2)}: \mathbb{R}^t \to \mathbb{R}^t, \text{ with } B \text{ of shape } t \times l \text{ (Assumption"
        r" 3.2)}, l \times t \text{ (Definition 4.1)}, c \times l \text{ and } l \times t \text{ (4.2)}, l \times m"
        r" \text{ (4.3); } \xi \text{ in an open set of } \mathbb{R}^l \text{ (App. A.3)}",
        source=printed_at("Assumption 3.2, Definitions 4.1-4.3, App. A.3"),
        assumptions=("l < t: for l = t one map takes the place of the three",),
        formal={
            "kind": "all",
            "of": [
                "illidvae:shapes.assumption",
                "illidvae:shapes.def4.1",
                "illidvae:shapes.def4.2",
                "illidvae:shapes.def4.3",
                "illidvae:shapes.appA3",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="illidvae:shapes.corrected",
    ),
    Claim(
        id="illidvae:shapes.assumption",
        printed=r"f_\theta = f_\theta^{(2)}(B^\top f_\theta^{(1)}(z)), \; B \text{ is a } t \times l \text{ diagonal"
        r" matrix}",
        source=printed_at("Assumption 3.2"),
        # ERR printed t x l, should read l x t
        assumptions=("B^T has t columns and l rows; it is applied to R^l and must give R^t",),
        formal={"kind": "universal", "variables": {"l": "real", "t": "real"}, "given": SIZES, "then": ["t = l"]},
        hints={"witness": {"l": "1", "t": "2"}},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:shapes.def4.1",
        printed=r"f_\theta^{(2)}(B^\top f_\theta^{(1)}(z)), \; B \text{ is an } l \times t \text{ diagonal matrix}",
        source=printed_at("Definition 4.1"),
        assumptions=("shown for l = 2, t = 3: B^T appends a zero to u",),
        formal={
            "kind": "matrix",
            "matrices": {"B": EMBEDDING, "u": [["3"], ["5"]], "e": [["3"], ["5"], ["0"]]},
            "then": ["transpose(B)*u = e"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:shapes.def4.2",
        printed=r"z \sim \mathrm{EF}(z|B_1^\top y), \; x \sim \mathrm{EF}(x|f^{(2)}(B_2^\top f^{(1)}(z))), \; B_1"
        r" \text{"
        r" and } B_2 \text{ are a } c \times l \text{ and } l \times t \text{ diagonal matrix}",
        source=printed_at("Definition 4.2"),
        assumptions=("shown for c = 2, l = 2, t = 3", "see illidvae:shapes.mixture for c > l + 1"),
        formal={
            "kind": "matrix",
            "matrices": {
                "B1": [["1", "0"], ["0", "1"]],
                "y": [["0"], ["1"]],
                "B2": EMBEDDING,
                "e": [["0"], ["1"], ["0"]],
            },
            "then": ["transpose(B2)*(transpose(B1)*y) = e"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:shapes.def4.3",
        printed=r"f^{(2)}(B^\top f^{(1)}(z_i, h_\theta(x_{1:i-1}))), \; f^{(1)}: \mathbb{R}^l \to \mathbb{R}^l, \; B"
        r" \text{ is an } l \times m \text{ diagonal matrix}",
        source=printed_at("Definition 4.3"),
        # ERR printed l x m, should read l x t; f1 takes z_i in R^l and h besides
        assumptions=("x in R^m, z_i in R^l, h in R^k; B^T gives R^m, f2 takes R^t; f1 takes l numbers, l + k come",),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys("lmtk", "real"),
            "given": [*SIZES, "m >= 1", "k >= 1"],
            "then": ["m = t", "l + k = l"],
        },
        hints={"witness": {"l": "1", "t": "2", "m": "1", "k": "1"}},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:shapes.appA3",
        printed=r"T(x) = (T_1(x), \dots, T_t(x)), \text{ the natural parameter } \xi \text{ is defined on an open set"
        r" in"
        r" } \mathbb{R}^l, \; T(x)^\top \xi",
        source=printed_at("App. A.3, problem setting"),
        # ERR printed R^l, should read R^t
        assumptions=("the product T(x)^T xi needs as many entries of xi as of T",),
        formal={"kind": "universal", "variables": {"l": "real", "t": "real"}, "given": SIZES, "then": ["l = t"]},
        hints={"witness": {"l": "1", "t": "2"}},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:shapes.corrected",
        printed=r"B \text{ is } l \times t \text{ throughout, } \xi = f_\theta(z) \in \mathbb{R}^t, \; B^\top: u"
        r" \mapsto"
        r" (u, 0)",
        source=printed_at("Assumption 3.2, Definition 4.3 and App. A.3, with the shape of Definition 4.1"),
        assumptions=("shown for l = 2, t = 3", "in Definition 4.3 f1 maps l + k numbers to l"),
        formal={
            "kind": "matrix",
            "matrices": {
                "B": EMBEDDING,
                "u": [["3"], ["5"]],
                "T": [["1"], ["2"], ["4"]],
                "e": [["13"]],
            },
            "then": ["transpose(T)*(transpose(B)*u) = e", "B*transpose(B) = identity(2)"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:shapes.mixture",
        printed=r"\text{for } c > l + 1 \text{ two classes of Definition 4.2 have the same } B_1^\top y = 0 \text{: no"
        r" data tell them apart (Omniglot, Table 3: } c = 50, l = 32)",
        source=ours("Definition 4.2 with the numbers of Table 3"),
        assumptions=("the prior is EF(z|B_1^T y) as printed, without further parameters", "shown for c = 4, l = 2"),
        formal={
            "kind": "matrix",
            "matrices": {
                "B1": [["1", "0"], ["0", "1"], ["0", "0"], ["0", "0"]],
                "third": [["0"], ["0"], ["1"], ["0"]],
                "fourth": [["0"], ["0"], ["0"], ["1"]],
            },
            "then": ["transpose(B1)*third = transpose(B1)*fourth"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:shapes.family",
        printed=r"\text{'our model can be used for the general exponential family' (Sec. 3.3): for } L > 0 \text{"
        r" only if"
        r" every } \xi \in \mathbb{R}^t \text{ is a parameter; an exponential distribution } (\xi < 0) \text{ has no"
        r" decoder in } \Theta_L",
        source=ours("Sec. 3.1.1 and 3.3, l = t = 1"),
        assumptions=("f on R increases by at least L > 0 per unit; c = f(0)",),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"c": "real", "L": "> 0", "z": "= (1 + c^2)/L"},
                    "then": ["z > 0", "c + L*z > 0"],
                }
            ],
            "argument": "f(z) >= c + L z for z >= 0, so f(z) > 0 for this z, where no exponential distribution has a "
            "parameter.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                {
                    "proofs": {
                        "z > 0": {"by": "slack"},
                        "c + L*z > 0": {"by": "slack", "slack": "(c + 1/2)^2 + 3/4"},
                    }
                }
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
