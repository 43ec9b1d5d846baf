"""Injects faults, and checks with a ledger whether anything was lost."""
