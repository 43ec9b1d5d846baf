"""A release: its version, its notes, and the files that it consists of."""
