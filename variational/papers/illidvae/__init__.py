"""The claims of the inverse Lipschitz VAE (Kinoshita et al., 2023), module by module."""
