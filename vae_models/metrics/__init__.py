"""Measured numbers of a model: each is a record with its estimator, sample count, cap and standard error."""
