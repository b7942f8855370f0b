"""Claims of AR-ELBO, a text on the variance of the decoder and posterior collapse."""
