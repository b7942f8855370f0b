"""What the parts of a model and of its objective can be, as data: each class names a kind and its options; no torch."""
