"""The service for dead letters: what a replay would do for a letter, and doing it."""
