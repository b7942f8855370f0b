"""Appendix B: the steps (B.1)-(B.3), (B.5), (B.6) of the linear approximation."""

from variational.records import Claim, Source, Status

JACOBIAN = "Jacobian ((a, b), (c, g)): two coordinates of data and of code"
ENTRIES = {"a": "real", "b": "real", "c": "real", "g": "real"}
PENALTY = "(a*e + b*f)^2 + (c*e + g*f)^2"
ONE_VARIANCE = {"e": {"mean": "0", "variance": "v"}, "f": {"mean": "0", "variance": "v"}}

CLAIMS = (
    Claim(
        id="arelbo:appB",
        printed=r"\text{(B.1)-(B.3), (B.5), (B.6): the steps of the linear approximation}",
        source=Source(key="arelbo", locator="App. B"),
        assumptions=(
            "(B.1) is the definition of the approximation, an equality for linear decoders only; (B.4) is in"
            " arelbo:eq4",
        ),
        formal={
            "kind": "all",
            "of": [
                "arelbo:appB.B2",
                "arelbo:appB.B3",
                "arelbo:appB.B5",
                "arelbo:appB.definite",
                "arelbo:appB.norm",
                "arelbo:appB.B6",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:appB.corrected",
    ),
    Claim(
        id="arelbo:appB.B2",
        printed=r"\mathbb{E}\big[\|x - (\mu_\theta(\mu_\phi(x)) + J\epsilon_z)\|_2^2\big] = \|x -"
        r" \mu_\theta(\mu_\phi(x))\|_2^2 + \mathbb{E}[\epsilon_z^\top G_J \epsilon_z] + \mathbb{E}\big[(x -"
        r" \mu_\theta(\mu_\phi(x)))^\top J \epsilon_z\big], \text{ the last term being } 0",
        source=Source(key="arelbo", locator="App. B, (B.2)"),
        assumptions=(
            JACOBIAN + "; r and w are the residuals",
            "the cross term has the factor -2, which does not matter: it is zero for every size of the perturbation",
        ),
        formal={
            "kind": "gaussian-integral",
            "variables": {**ENTRIES, "r": "real", "w": "real", "v": "> 0", "u": "> 0"},
            "under": {"e": {"mean": "0", "variance": "v"}, "f": {"mean": "0", "variance": "u"}},
            "integrand": f"(r - a*e - b*f)^2 + (w - c*e - g*f)^2 - ({PENALTY})",
            "value": "r^2 + w^2",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:appB.B3",
        printed=r"\mathbb{E}[\epsilon_z^\top G_J \epsilon_z] = \mathrm{tr}(\mathrm{diag}(\sigma_\phi^2(x)) G_J) ="
        r" \sum_{i,j} \sigma_{\phi,j}^2(x) \Big(\frac{\partial\mu_{\theta,i}(z)}{\partial"
        r" z_j}\Big|_{z=\mu_\phi(z)}\Big)^2",
        source=Source(key="arelbo", locator="App. B, (B.3)"),
        # ERR printed z = mu_phi(z), should read z = mu_phi(x)
        assumptions=(JACOBIAN, "mu_phi(z) in the place of evaluation is read as mu_phi(x)"),
        formal={
            "kind": "gaussian-integral",
            "variables": {**ENTRIES, "v": "> 0", "u": "> 0"},
            "under": {"e": {"mean": "0", "variance": "v"}, "f": {"mean": "0", "variance": "u"}},
            "integrand": PENALTY,
            "value": "v*(a^2 + c^2) + u*(b^2 + g^2)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:appB.B5",
        printed=r"\mathbb{E}_{N(\epsilon_z|0,\sigma_z^2 I)}[\epsilon_z^\top G_J \epsilon_z] = \sigma_z^2 \sum_i"
        r" \lambda_i",
        source=Source(key="arelbo", locator="App. B, (B.5)"),
        assumptions=("G_J = ((a, b), (b, c)) is any symmetric matrix; the sum of its eigenvalues is its trace a + c",),
        formal={
            "kind": "gaussian-integral",
            "variables": {"a": "real", "b": "real", "c": "real", "v": "> 0"},
            "under": ONE_VARIANCE,
            "integrand": "a*e^2 + 2*b*e*f + c*f^2",
            "value": "v*(a + c)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:appB.definite",
        printed=r"G_J \text{ is a symmetrical positive definite matrix}",
        source=Source(key="arelbo", locator="App. B, the sentence after (B.5)"),
        assumptions=("G_J = J^T J; J is the Jacobian of any decoder, here from two codes to one datum",),
        # ERR printed positive definite, should read positive semidefinite
        formal={
            "kind": "matrix",
            "matrices": {"J": "1x2"},
            "then": ["transpose(J)*J > 0*identity(2)"],
        },
        hints={"witness": {"J": [["1", "1"]]}},
        recorded=Status.REFUTED,
        corrected_by="arelbo:appB.definite.corrected",
    ),
    Claim(
        id="arelbo:appB.definite.corrected",
        printed=r"u^\top G_J u \ge 0 \text{ for every } u",
        source=Source(key="arelbo", locator="App. B, the sentence after (B.5), with semidefinite for definite"),
        assumptions=(JACOBIAN, "e and f are the coordinates of u"),
        formal={
            "kind": "real-inequality",
            "variables": {**ENTRIES, "e": "real", "f": "real"},
            "then": ["(a^2+c^2)*e^2 + 2*(a*b+c*g)*e*f + (b^2+g^2)*f^2 >= 0"],
        },
        hints={"proof": {"by": "slack", "slack": PENALTY}},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:appB.norm",
        printed=r"\sum_{i=1}^{d_z} \lambda_i = \mathrm{tr}(G_J) = \|\nabla\mu_\theta(\mu_\phi(x))\|_2^2",
        source=Source(key="arelbo", locator="App. B, the sentence before (B.6)"),
        assumptions=(
            "the norm with index 2 of a matrix is its largest singular value, the norm with index F being (B.6)",
            "its square is an eigenvalue of G_J: the formal statement is that tr(G_J) is one",
        ),
        # ERR printed index 2, should read index F
        formal={
            "kind": "matrix",
            "matrices": {"J": "2x2"},
            "then": ["det(transpose(J)*J - trace(transpose(J)*J)*identity(2)) = 0"],
        },
        hints={"witness": {"J": [["1", "0"], ["0", "1"]]}},
        recorded=Status.REFUTED,
        corrected_by="arelbo:appB.norm.corrected",
    ),
    Claim(
        id="arelbo:appB.norm.corrected",
        printed=r"\mathrm{tr}(J^\top J) = \|J\|_F^2",
        source=Source(key="arelbo", locator="App. B, the sentence before (B.6), with the Frobenius norm"),
        assumptions=(JACOBIAN,),
        formal={
            "kind": "real-identity",
            "variables": ENTRIES,
            "lhs": "(a*a + c*c) + (b*b + g*g)",
            "rhs": "a^2 + b^2 + c^2 + g^2",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:appB.B6",
        printed=r"\mathbb{E}_{N(z|0,\sigma_z^2 I)}[\epsilon_z^\top G_J \epsilon_z] = \sigma_z^2 \sum_{i,j}"
        r" \Big(\frac{\partial\mu_{\theta,i}(z)}{\partial z_j}\Big|_{z=\mu_\phi(z)}\Big)^2 = \sigma_z^2"
        r" \|\nabla\mu_\theta(\mu_\phi(x))\|_F^2",
        source=Source(key="arelbo", locator="App. B, (B.6)"),
        # ERR printed N(z|0, ...) and z = mu_phi(z), should read N(epsilon_z|0, ...) and z = mu_phi(x)
        assumptions=(JACOBIAN, "the variable of the expectation is epsilon_z, the place of evaluation mu_phi(x)"),
        formal={
            "kind": "gaussian-integral",
            "variables": {**ENTRIES, "v": "> 0"},
            "under": ONE_VARIANCE,
            "integrand": PENALTY,
            "value": "v*(a^2 + b^2 + c^2 + g^2)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:appB.corrected",
        printed=r"\text{(B.2), (B.3), (B.5), (B.6) with } G_J \text{ positive semidefinite and } \mathrm{tr}(G_J) ="
        r" \|\nabla\mu_\theta(\mu_\phi(x))\|_F^2",
        source=Source(key="arelbo", locator="App. B, (B.2), (B.3), (B.5), (B.6), as corrected"),
        assumptions=("each part names its own assumptions",),
        formal={
            "kind": "all",
            "of": [
                "arelbo:appB.B2",
                "arelbo:appB.B3",
                "arelbo:appB.B5",
                "arelbo:appB.definite.corrected",
                "arelbo:appB.norm.corrected",
                "arelbo:appB.B6",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
