"""Definition 3.1 and Section 4.1: inverse Lipschitz maps, Brenier maps, and input convex networks."""

from variational.papers.illidvae.wording import printed_at
from variational.records import SPACES, Claim, Status

GRADIENT = {
    "kind": "real-inequality",
    "variables": {"g": "real", "d": "real", "L": ">= 0"},
    "then": ["g^2 - L^2*d^2 >= 2*L*(g*d - L*d^2)"],
}

CLAIMS = (
    Claim(
        id="illidvae:def3.1",
        printed=r"\text{If } f \text{ is } L\text{-inverse Lipschitz with } L > 0 \text{, then it is injective; it"
        r" possesses an inverse which is } 1/L\text{-Lipschitz. The gradient of an } L\text{-strongly convex function}"
        r" \text{ becomes } L\text{-inverse Lipschitz.}",
        source=printed_at("Definition 3.1 and below, Sec. 4.1"),
        assumptions=("|f(x) - f(y)| >= L |x - y|",),
        formal={
            "kind": "all",
            "of": ["illidvae:def3.1.injective", "illidvae:def3.1.inverse", "illidvae:def3.1.gradient"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:def3.1.injective",
        printed=r"\text{If } f \text{ is } L\text{-inverse Lipschitz with } L > 0 \text{, then it is injective.}",
        source=printed_at("below Definition 3.1"),
        assumptions=("near = |x - y|, far = |f(x) - f(y)|; for L = 0 every f is 0-inverse Lipschitz",),
        formal={
            "kind": "universal",
            "variables": {"near": "positive", "far": "real", "L": "positive"},
            "given": ["far >= L*near"],
            "then": ["far > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:def3.1.inverse",
        printed=r"\text{the restriction of } f \text{ on its image possesses an inverse which is } 1/L"
        r"\text{-Lipschitz}",
        source=printed_at("below Definition 3.1"),
        # ERR printed "the restriction of f on its image": f maps onto its image, it is not restricted to it
        assumptions=("near = |x - y|, far = |f(x) - f(y)|; f as a map onto its image",),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"near": ">= 0", "far": ">= 0", "L": "> 0"},
                    "where": ["far >= L*near"],
                    "then": ["near <= far/L"],
                }
            ],
            "argument": "The inverse takes f(x) and f(y) to x and y.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(far - L*near)/L"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:def3.1.gradient",
        printed=r"\text{The gradient of a real-valued } L\text{-strongly convex function } F \text{ (i.e., } F(x) -"
        r" L\|x\|^2/2 \text{ is convex) becomes } L\text{-inverse Lipschitz.}",
        source=printed_at("Sec. 3.1.1, construction of inverse Lipschitz functions; Sec. 4.1"),
        assumptions=("F is differentiable, L >= 0",),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": dict.fromkeys(("Gx", "Gy", "a", "b"), "real"),
                    "where": ["Gy >= Gx + a", "Gx >= Gy + b"],
                    "then": ["-a - b >= 0"],
                },
                GRADIENT,
            ],
            "argument": "With G = F - L|x|^2/2 convex and d = y - x, the first step for a = grad G(x).d and b = -grad "
            "G(y).d gives (grad F(y) - grad F(x)).d >= L |d|^2. The second, summed over the coordinates of g = grad "
            "F(y) - grad F(x), gives |g|^2 - L^2 |d|^2 >= 2 L (g.d - L |d|^2) >= 0.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "(Gy - Gx - a) + (Gx - Gy - b)"}},
                {"proof": {"by": "slack", "slack": "(g - L*d)^2"}},
            ]
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:brenier",
        printed=r"\text{a Brenier map is the gradient of a real-valued convex function. It is injective by definition."
        r" [ICNN:] not only convex; } G_\theta(z) = y_k + \tfrac{L}{2} \|z\|^2 \text{ is } L\text{-strongly convex,"
        r" and}"
        r" \text{ its gradient the desired } L\text{-inverse Lipschitz neural network}",
        source=printed_at("Sec. 4.1"),
        assumptions=("the network is differentiable",),
        formal={
            "kind": "all",
            "of": ["illidvae:brenier.injective", "illidvae:brenier.icnn", "illidvae:def3.1.gradient"],
        },
        recorded=Status.REFUTED,
        corrected_by="illidvae:brenier.corrected",
    ),
    Claim(
        id="illidvae:brenier.injective",
        printed=r"\text{a Brenier map is the gradient of a real-valued convex function. It is injective by"
        r" definition.}",
        source=printed_at("Sec. 4.1, first lines"),
        assumptions=("the convex function is z_1^2/2 on R^2, with gradient (z_1, 0)",),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"a": "real", "b": "real", "t": ">= 0, <= 1"},
                    "then": ["(t*a + (1-t)*b)^2 <= t*a^2 + (1-t)*b^2"],
                },
                {
                    "kind": "real-inequality",
                    "exists": True,
                    "variables": dict.fromkeys(("u1", "u2", "v1", "v2"), "real"),
                    "then": ["(u1 - v1)^2 + (u2 - v2)^2 > 0", "(u1 - v1)^2 + (0 - 0)^2 <= 0"],
                },
            ],
            "argument": "The function is convex, and its gradient is the same at two different points. (So is that of "
            "any network whose output ignores an input, and of a constant.)",
            "concludes": "refuted",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "t*(1-t)*(a - b)^2"}},
                {"witness": {"u1": "0", "u2": "0", "v1": "0", "v2": "1"}},
            ]
        },
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:brenier.icnn",
        printed=r"y_{i+1} = g_i(W_i^{(y)} y_i + W_i^{(z)} z + b_i), \; W_i^{(y)} \ge 0, \; g_i \text{ convex and"
        r" non-decreasing: } y_k \text{ is convex, and } y_k + \tfrac{L}{2}\|z\|^2 \; L\text{-strongly convex}",
        source=printed_at("Sec. 4.1, the fully connected ICNN"),
        assumptions=(
            "y_0, which is not given, is an affine function of z",
            "for the gradient to exist everywhere the g_i must be differentiable, which is not said",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {
                        **dict.fromkeys(("ya", "yb", "ym", "ca", "cb"), "real"),
                        "w": ">= 0",
                        "t": ">= 0, <= 1",
                    },
                    "where": ["ym <= t*ya + (1-t)*yb"],
                    "then": ["w*ym + (t*ca + (1-t)*cb) <= t*(w*ya + ca) + (1-t)*(w*yb + cb)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"low": "real", "middle": "real", "high": "real"},
                    "where": ["low <= middle", "middle <= high"],
                    "then": ["low <= high"],
                },
            ],
            "argument": "By induction every coordinate of y_i is convex in z: the first step is the argument of g at "
            "the point t a + (1-t) b (sums of such terms likewise); g non-decreasing, then g convex, are the two "
            "hypotheses of the second. That y_k + L|z|^2/2 is L-strongly convex is the definition.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "w*(t*ya + (1-t)*yb - ym)"}},
                {"proof": {"by": "slack", "slack": "(middle - low) + (high - middle)"}},
            ]
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:brenier.corrected",
        printed=r"\text{the gradient of a differentiable strictly convex function is injective, and that of an } L"
        r"\text{-strongly convex one } L\text{-inverse Lipschitz}",
        source=printed_at("Sec. 4.1, with strict convexity"),
        assumptions=("the function is differentiable",),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": dict.fromkeys(("Fx", "Fy", "a", "b"), "real"),
                    "where": ["Fy > Fx + a", "Fx > Fy + b"],
                    "then": ["-a - b > 0"],
                },
                GRADIENT,
            ],
            "argument": "For x != y and d = y - x the first step, with a = grad F(x).d and b = -grad F(y).d, gives "
            "(grad "
            "F(y) - grad F(x)).d > 0, so the gradients differ. The second half is illidvae:def3.1.gradient.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "(Fy - Fx - a) + (Fx - Fy - b)"}},
                {"proof": {"by": "slack", "slack": "(g - L*d)^2"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
