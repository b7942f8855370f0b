"""Symbolic layer of vaeproof: derive, judge and certify claims about losses of variational autoencoders."""
