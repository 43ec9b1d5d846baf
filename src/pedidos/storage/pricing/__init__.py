"""What an order costs: for a quote, and in the statement that places it."""
