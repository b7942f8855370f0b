"""Re-checking of saved certificates by exact arithmetic, apart from the code that derives them."""
