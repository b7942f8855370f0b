"""The batches whose estimates of I(X;Z) are set side by side, and what these are called (standard library only)."""

BATCHES = (4, 16, 64, 256)


def in_batches_of(size: int) -> str:
    """Return the name of the estimate of I(X;Z) in batches of a size.

    Example:
        >>> in_batches_of(4)
        'mutual_information_in_batches_of_4'
    """
    return f"mutual_information_in_batches_of_{size}"
