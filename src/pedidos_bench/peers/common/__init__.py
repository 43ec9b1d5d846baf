"""What every peer does alike: who orders, what the body says, and the shop's statements."""
