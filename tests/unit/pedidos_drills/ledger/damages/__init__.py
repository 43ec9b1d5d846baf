"""What can be wrong with a world, by the module of the ledger that looks for it."""
