"""The claims of the text that proposes the noise contrastive variational autoencoder (NC-VAE)."""
