"""Section 5.2, the full matrix: the rank of its estimate against the size of the batch and the samples of the code."""

from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

# The determinant of u u^T + w w^T for u = (a, b, c), w = (e, f, g): the rank is at most two.
TWO_PRODUCTS = {
    "kind": "real-identity",
    "variables": dict.fromkeys("abcefg", "real"),
    "lhs": "(a^2+e^2)*((b^2+f^2)*(c^2+g^2) - (b*c+f*g)^2) - (a*b+e*f)*((a*b+e*f)*(c^2+g^2) -"
    " (b*c+f*g)*(a*c+e*g)) + (a*c+e*g)*((a*b+e*f)*(b*c+f*g) - (b^2+f^2)*(a*c+e*g))",
    "rhs": "0",
}
PRODUCTS = (
    "the estimate is a sum of products u u^T, each of rank one: here two of them in three dimensions",
    "formal: the determinant of the sum vanishes",
)

CLAIMS = (
    Claim(
        id="arelbo:sec5.2.bias.rank",
        printed=r"\text{Although its update scheme with MLE can still be derived from Eq. (9a), the rank of }"
        r" \hat\Sigma_x \text{ is capped by the batch size}",
        source=Source(key="arelbo", locator="Sec. 5.2, the full matrix"),
        assumptions=(
            "one sample of z is drawn for each datum of the batch, as Algorithm 1 draws it",
            *PRODUCTS,
            "more samples, or the expectation that (9a) prints, raise the rank: see arelbo:sec5.2.bias.rank.samples "
            "and arelbo:sec5.2.bias.rank.expectation",
        ),
        formal=TWO_PRODUCTS,
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.bias.rank.samples",
        printed=r"\text{with } k \text{ samples of } z \text{ for each of } B \text{ data the rank of the estimate is"
        r" at most } kB",
        source=Source(key="arelbo", locator="Sec. 5.2, the full matrix, for samples of z"),
        assumptions=PRODUCTS,
        formal=TWO_PRODUCTS,
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:sec5.2.bias.rank.expectation",
        printed=r"\text{with the expectation over } q_\phi(z|x) \text{ of (9a) the rank is not capped: a batch of one"
        r" datum can give } \hat\Sigma_x \text{ the full rank } 2",
        source=Source(key="arelbo", locator="Sec. 5.2, the full matrix, with (9a) as printed"),
        assumptions=(
            "v > 0 is the variance of the code",
            "one datum in two dimensions, decoder mu_theta(z) = z with two codes; (r, w) = x - mu_phi(x)",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"r": "real", "v": "> 0"},
                    "under": {"e": {"mean": "0", "variance": "v"}},
                    "integrand": "(r-e)^2",
                    "value": "r^2 + v",
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"r": "real", "w": "real", "v": "> 0"},
                    "under": {"e": {"mean": "0", "variance": "v"}, "f": {"mean": "0", "variance": "v"}},
                    "integrand": "(r-e)*(w-f)",
                    "value": "r*w",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"r": "real", "w": "real", "v": "> 0"},
                    "then": ["(r^2 + v)*(w^2 + v) - (r*w)^2 > 0"],
                },
            ],
            "argument": "The entries of the estimate are r^2 + v, w^2 + v and r w; its determinant is positive.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{}, {}, {"proof": {"by": "slack", "slack": "v*(r^2+w^2) + v^2"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
