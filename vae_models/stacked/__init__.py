"""Runs that differ in seed and weights only, trained as one program over stacked parameters."""
