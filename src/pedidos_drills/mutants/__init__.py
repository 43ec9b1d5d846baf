"""Unsafe replacements, one module for each safeguard. A drill runs with one to show that its ledger notices."""
