"""How a step is run: around locked stock, without the orders that fail, for the gateway's answers, for a person."""
