"""Divergences between a batch of codes and the prior."""
