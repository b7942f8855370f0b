"""Likelihoods p(x|z) given what a decoder makes of z."""
