"""Statements of the benchmark on this platform's tables, and on its own in the same database."""
