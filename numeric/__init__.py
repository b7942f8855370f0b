"""Certified optima of losses of the information form on finite spaces: every value comes with a bracket."""
