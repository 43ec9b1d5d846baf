"""The dead-letter desk: what a replay would do for a letter, and doing it."""
