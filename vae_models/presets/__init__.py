"""Configurations that can be run as they stand, one module for each paper."""
