"""Trained models beside what is known of them: the distance to the non-parametric optimum, and theorems' bounds."""
