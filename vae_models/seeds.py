"""Seeds for each purpose of a run, so that no two of its random streams are the same."""

import hashlib


def derived_seed(seed: int, purpose: str, number: int = 0) -> int:
    """Return a seed of 63 bits that depends on all arguments.

    Example:
        >>> derived_seed(0, "order", 1) == derived_seed(0, "order", 2)
        False
    """
    digest = hashlib.sha256(f"{seed}:{purpose}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
