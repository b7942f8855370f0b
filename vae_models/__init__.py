"""Training: one model is a composition of encoder, prior, decoder, likelihood, objective and schedules."""
