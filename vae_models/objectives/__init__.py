"""Objectives: parts of losses, and the losses of the papers as weighted sums of parts."""
