"""The building blocks of VAE-like losses: each functional is written here, once, in the formula language."""

RECON = "recon"
KL_QP = "KL(q,p)"
KL_QN = "KL(q,n;pn)"
MI = "MI"
KL_GP = "KL(g,p)"
JSD_GP = "JSD(g,p)"
MMD_GP = "MMD(g,p)"

# In nats. MMD is the *squared* maximum mean discrepancy with a symmetric kernel k.
BLOCKS = {
    RECON: "-int[x,z](pd(x)*q(z|x)*log(p(x|z)))",
    KL_QP: "int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))",
    KL_QN: "int[x,z](pn(x)*q(z|x)*log(q(z|x)/n(z)))",
    MI: "int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))",
    KL_GP: "int[z](gamma(z)*log(gamma(z)/p(z)))",
    JSD_GP: "1/2*int[z](p(z)*log(2*p(z)/(gamma(z)+p(z))))+1/2*int[z](gamma(z)*log(2*gamma(z)/(gamma(z)+p(z))))",
    MMD_GP: "int[z,z'](k(z,z')*(gamma(z)-p(z))*(gamma(z')-p(z')))",
}

# Quantities in which the master identities are written (they are not terms of a loss).
DATA_ENTROPY = "-int[x](pd(x)*log(pd(x)))"
DECODER_GAP = "int[x,z](pd(x)*q(z|x)*log(pd(x)*q(z|x)/(gamma(z)*p(x|z))))"

BUILT_IN = {
    "beta-vae": "recon + beta*KL(q,p)",
    "infovae": "recon + lambda*KL(q,p) - (alpha + lambda - 1)*MI",
    "aae": "recon + lambda*JSD(g,p)",
    "ncvae": "recon + beta*KL(q,p) + delta*KL(q,n;pn)",
}

# What the papers assume of their hyper-parameters; used by the commands, not by the judges.
BUILT_IN_CONDITIONS = {
    "beta-vae": ("beta > 0",),
    "infovae": (),
    "aae": ("lambda >= 0",),
    "ncvae": ("beta > 0", "delta >= 0"),
}
