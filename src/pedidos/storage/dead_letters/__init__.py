"""Dead letters: what could not be processed, why, and what was done about it."""
