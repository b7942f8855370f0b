"""From settings to modules: one function for each sort of part, which knows every kind of it."""
