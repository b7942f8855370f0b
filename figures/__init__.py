"""Figures of the project, drawn from saved records; no solver, no torch and no SymPy is imported."""
