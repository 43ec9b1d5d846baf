"""The payment of each order: attempts to have it, and what became of them."""
