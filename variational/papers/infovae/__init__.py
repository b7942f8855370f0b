"""The claims of InfoVAE (arXiv:1706.02262, version 3), one module for each part of the text."""
