"""The steps of an order, each beside its undo."""
