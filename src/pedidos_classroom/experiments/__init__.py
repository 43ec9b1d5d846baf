"""Experiments: something is broken while customers order, and a ledger says whether anything was lost."""
