"""Studies of exact optima: each is a function from nothing but a progress callback to a record that figures read."""
