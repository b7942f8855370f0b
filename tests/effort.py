"""How many examples a property gets whose numbers a seeded generator draws."""

from hypothesis import settings

# Where nearly all real numbers come from a generator of torch or NumPy under a seed, they are in general position in
# every example: a wrong formula or gradient is wrong there almost surely, and hypothesis has no corner to look for.
# What is left to vary are a few sizes and kinds, and an example takes milliseconds of training code or quadrature.
# So a fifth of the examples of the profile.
in_general_position = settings(max_examples=max(20, settings.default.max_examples // 5))
