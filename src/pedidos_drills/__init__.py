"""Faults on purpose, and a ledger that says whether anything was lost."""
