"""Theorem 7 and the lines of its proof."""

from variational.records import Claim

CLAIMS: tuple[Claim, ...] = ()
