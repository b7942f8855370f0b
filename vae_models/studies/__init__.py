"""Studies of the papers: tables of cells that are trained, measured and laid beside printed values."""
