"""The claims of the papers, as printed, as plain data."""
