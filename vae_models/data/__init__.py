"""Data sets, each one tensor a split in memory."""
