"""What many claims share: assumptions in words, losses and informations as formulas."""

LOGARITHMS = "Sec. 1 of the text declares: ln is the natural logarithm, log the common one"
UNITS = "s stands for sigma_x^2 and v for sigma_z^2; nats"
ANY_MODEL = "encoder and decoder range over any family whose code may be rescaled: z -> c z in both"
GLOBAL = "theta, phi and sigma_z^2 are those of a global optimum of J for the given sigma_x^2"
NO_HYPOTHESIS = "the text asks nothing of the decoder, and of the data only what the statement says"
CHANNEL = (
    "x -> z -> x' is a Markov chain; p(x'|z) is any channel, of which x' = mu_theta(z) is the noiseless limit; "
    "densities are positive and every integral converges"
)
LINEAR = "x ~ N(0, V) in one dimension, q(z|x) = N(m x, v), mu_theta(z) = a z: the linear Gaussian VAE"

# Formal x, z and x' are three random variables with the joint law pd(x) q(z|x) p(x'|z).
THROUGH = "int[z](q(z|x)*p(x'|z))"  # law of x' given x
OUTPUT = "int[z](gamma(z)*p(x'|z))"  # law of x'
MI_ENDS = f"int[x,x'](pd(x)*{THROUGH}*log({THROUGH}/{OUTPUT}))"
MI_CODE = "int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))"
MI_SECOND = "int[z,x'](gamma(z)*p(x'|z)*log(p(x'|z)/int[z'](gamma(z')*p(x'|z'))))"
KL_PRIOR = "int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))"
# The data processing inequality, last link against first: E phi(law of x' given x / law of x' given z).
PROCESSING = {"kind": "inequality", "lhs": MI_ENDS, "relation": "<=", "rhs": MI_SECOND}
PROCESSING_SLACK = "int[x,x',z](pd(x)*q(z|x)*p(x'|z)*phi(int[z'](q(z'|x)*p(x'|z'))/p(x'|z)))"

# J of the linear model with data of variance V, times one.
LINEAR_LOSS = "(V*(1-a*m)^2 + a^2*v)/(2*s) + (m^2*V + v - 1 - log(v))/2"
