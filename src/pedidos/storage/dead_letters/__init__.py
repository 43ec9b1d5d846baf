"""Dead letters: what could not be done, why, and who did what about it."""
