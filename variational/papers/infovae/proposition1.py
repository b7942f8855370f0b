"""Proposition 1: the ELBO of two data is unbounded, and what becomes of the variational gap."""

from variational.papers.infovae import proposition1_steps as steps
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

ON_THE_LINE = [DISCRETE_X, DENSITIES]  # Z is the real line
SETTING = (
    "data {-1, 1} with mass 1/2 each, p(z) = N(0, 1), X = Z = R; p_theta(x|z) = N(mu_p(z), sigma_p(z)^2) with any"
    " functions mu_p, sigma_p > 0; L_ELBO is the mean over the two data"
)
LAWS = "q(z|x=1) = N(a, s^2) and q(z|x=-1) = N(-b, t^2); mu_q and sigma_q, printed with argument z, are functions of x"
BEST = (
    "theta is the best for q, for almost every z unique: mu_p = 2w - 1 and sigma_p^2 = 4w(1-w), where"
    " w = q(z|1)/(q(z|1) + q(z|-1))"
)
INDEPENDENT = "the four limits are taken together, in any way: the text says nothing of their rates"
BEST_DECODER = (
    "For each z the mean over the two data asks for the m, v that minimise the expression of step 1 with w ="
    " q(z|1)/(q(z|1)+q(z|-1)): so m = 2w-1, v = 4w(1-w), and the reconstruction term is -log(2 pi e)/2 plus the mean"
    " of -log(4w(1-w))/2 under (q(z|1)+q(z|-1))/2."
)
SANDWICH = (
    " By step 2 that lies between J/4 - log 2 and J/4, where J = KL(q(.|1)||q(.|-1)) + KL(q(.|-1)||q(.|1)) is given by"
    " step 3, because the mean of (2w-1) log(q(z|1)/q(z|-1)) is J/2."
)
STEPS = [steps.DECODER, steps.ENTROPY, steps.JEFFREYS, steps.REGULARISER]
STEP_HINTS = [steps.DECODER_PROOF, steps.ENTROPY_PROOF, {}, {}]
POSTERIOR_SHAPE = (
    " The posterior p(z|1) is p(z) g(z)/Z, where log g + log(2 pi)/2 = -log(4w(1-w))/2 - 1/(2u), u = q(z|1)/q(z|-1),"
    " and the gap is KL(q(.|1)||p) - E log g + log Z, with E the mean under q(.|1)."
)

CLAIMS = (
    Claim(
        id="infovae:prop1",
        printed=r"\mathcal{L}_{ELBO} \text{ can be maximized to } +\infty \text{ when } \mu_q(1) \to +\infty, \;"
        r" \mu_q(-1) \to -\infty, \; \sigma_q(1) \to 0^+, \; \sigma_q(-1) \to 0^+, \text{ and } \theta \text{ is"
        r" optimally selected given } \phi. \text{ In addition the variational gap } D_{KL}(q_\phi(z|x)\|p_\theta(z|x))"
        r" \to +\infty \text{ for all } x \in \mathcal{D}.",
        source=Source(key="infovae", locator="Proposition 1"),
        assumptions=(
            SETTING,
            LAWS,
            INDEPENDENT,
            "read as 'for some way to the limits' both sentences hold (infovae:prop1.corrected)",
        ),
        formal={"kind": "all", "of": ["infovae:prop1.elbo", "infovae:prop1.gap"]},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop1.corrected",
    ),
    Claim(
        id="infovae:prop1.elbo",
        printed=r"\mathcal{L}_{ELBO} \to +\infty \text{ when } \mu_q(1) \to +\infty, \; \mu_q(-1) \to -\infty, \;"
        r" \sigma_q(1) \to 0^+, \; \sigma_q(-1) \to 0^+ \text{ and } \theta \text{ is optimally selected}",
        source=Source(key="infovae", locator="Proposition 1, first sentence"),
        assumptions=(SETTING, LAWS, INDEPENDENT),
        formal={
            "kind": "steps",
            "steps": [*STEPS, steps.GROWS],
            "argument": BEST_DECODER + SANDWICH + " With the divergences KL(q(.|x)||p) of step 4 the ELBO is at least"
            " the expression of step 5, which tends to infinity.",
            "concludes": "proved",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [*STEP_HINTS, steps.GROWS_PROOF]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.gap",
        printed=r"\text{In addition the variational gap } D_{KL}(q_\phi(z|x)\|p_\theta(z|x)) \to +\infty \text{ for"
        r" all } x \in \mathcal{D}.",
        source=Source(key="infovae", locator="Proposition 1, second sentence"),
        assumptions=(
            SETTING,
            LAWS,
            INDEPENDENT,
            BEST,
            "the proof shows it for the decoder N(+-1, sigma^2) with one sigma, which is not the best for q",
        ),
        formal={
            "kind": "steps",
            "steps": [
                steps.DECODER,
                steps.TWO_SIDED,
                steps.EVIDENCE,
                steps.SUMMED,
                steps.STAYS,
            ],
            "argument": "Let a = b = n, t = 1/n, s = 1/n^4 with n to infinity (n^2 = 1 + k, m in"
            " steps 3 to 5): all four limits hold."
            " By step 1 the best decoder has mean 2w-1 and variance 4w(1-w)." + POSTERIOR_SHAPE + " As E log u ="
            " KL(q(.|1)||q(.|-1)) and E 1/u = 1, the bounds of step 2 give for the gap at most KL(q(.|1)||p) -"
            " KL(q(.|1)||q(.|-1))/2 + log 2 + log of the mean of sqrt(u) under p. Step 3 computes that mean (but for"
            " its factor sqrt(t/s)); step 4 sums up, and by step 5 the bound tends to 3/2 log 2 - 1/4 = 0.79 nats. So"
            " the gap at x = 1 stays bounded.",
            "concludes": "refuted",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [steps.DECODER_PROOF, steps.TWO_SIDED_PROOF, {}, {}, {}]},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop1.gap.corrected",
    ),
    Claim(
        id="infovae:prop1.gap.corrected",
        printed=r"\text{If moreover } \sigma_q(1) = \sigma_q(-1), \text{ the variational gap tends to } +\infty \text{"
        r" for all } x \in \mathcal{D}: \text{ at } x = 1 \text{ it is at least } \tfrac25 a(a+b)/l^2 - \tfrac32 a^2",
        source=Source(key="infovae", locator="Proposition 1, second sentence, for equal variances"),
        assumptions=(SETTING, "q(z|x=1) = N(a, l^2) and q(z|x=-1) = N(-b, l^2)", INDEPENDENT, BEST),
        formal={
            "kind": "steps",
            "steps": [steps.DECODER, steps.STEEP, steps.GAP_GROWS],
            "argument": "By step 1 the best decoder has mean 2w-1 and variance 4w(1-w)."
            + POSTERIOR_SHAPE
            + " For r = N(2a, l^2), log Z >= E_r log g - KL(r||p) (Gibbs). With equal variances a shift of z by a"
            " multiplies u"
            " by k = exp(a(a+b)/l^2), so that E_r log g - E log g >= (2/5) a(a+b)/l^2 by step 2; and KL(q(.|1)||p) -"
            " KL(r||p) = -3a^2/2. The sum tends to infinity by step 3. For x = -1 exchange a and b.",
            "concludes": "proved",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [steps.DECODER_PROOF, steps.STEEP_PROOF, steps.GAP_GROWS_PROOF]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop1.corrected",
        printed=r"\mathcal{L}_{ELBO} \to +\infty \text{ whenever } \mu_q(\pm 1) \to \pm\infty \text{ and }"
        r" \sigma_q(\pm 1) \to 0^+ \text{ with the best } \theta; \text{ if } \sigma_q(1) = \sigma_q(-1), \text{ the"
        r" variational gap tends to } +\infty \text{ as well}",
        source=Source(key="infovae", locator="Proposition 1, with equal variances in its second sentence"),
        assumptions=(SETTING, LAWS, INDEPENDENT),
        formal={"kind": "all", "of": ["infovae:prop1.elbo", "infovae:prop1.gap.corrected"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop1.reading",
        printed=r"\text{The model learns an inference distribution } q_\phi(z|x) \text{ that pushes all probability"
        r" mass to } \infty.",
        source=Source(key="infovae", locator="Sec. 3.1.1, the sentence after Proposition 1"),
        assumptions=(
            SETTING,
            LAWS,
            "read as: L_ELBO tends to +infinity only where a and b do",
        ),
        formal={
            "kind": "steps",
            "steps": [*STEPS, steps.FIXED_MEANS],
            "argument": BEST_DECODER + SANDWICH + " For a = b = 1 and s = t = l the ELBO is at least the expression of"
            " step 5, which tends to infinity as l tends to 0: all mass stays near -1 and 1.",
            "concludes": "refuted",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [*STEP_HINTS, {}]},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop1.reading.corrected",
    ),
    Claim(
        id="infovae:prop1.reading.corrected",
        printed=r"\text{For } q(z|\pm 1) = N(\pm c, l^2) \text{ and the best } \theta, \; \mathcal{L}_{ELBO} ="
        r" c^2 (l^{-2} - \tfrac12) + \log l - \tfrac12 l^2 - \tfrac12\log 2\pi - \epsilon, \; 0 \le \epsilon \le"
        r" \log 2: \text{ it tends to } +\infty \text{ as } l \to 0 \text{ for fixed } c > 0, \text{ and as } c \to"
        r" \infty \text{ for fixed } l \text{ if and only if } l < \sqrt2",
        source=Source(key="infovae", locator="Sec. 3.1.1, the sentence after Proposition 1, as two ways to infinity"),
        assumptions=(
            SETTING,
            "q(z|x=1) = N(c, l^2) and q(z|x=-1) = N(-c, l^2)",
            "so either the variance vanishes or the mass is pushed to infinity; a floor on the variance below 2 does"
            " not bound the ELBO",
        ),
        formal={
            "kind": "steps",
            "steps": [*STEPS, steps.SYMMETRIC, steps.SHRINKING, steps.PUSHED, steps.NOT_PUSHED],
            "argument": BEST_DECODER + SANDWICH + " With a = b = c and s = t = l, by step 5 and the divergences of"
            " step 4, the ELBO is the printed formula, which step 6 sends to infinity for fixed c (even less log 2)"
            " and step 7, where l^2 = 2/(1+e), for fixed l < sqrt 2; for l >= sqrt 2 the term with c"
            " is not positive by step 8.",
            "concludes": "proved",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [*STEP_HINTS, {}, {}, {}, {}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
