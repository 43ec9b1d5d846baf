"""Several steps of an order in one statement, composed of the parts of the single steps."""
