"""Pages of a local demo that break the platform on purpose and show what happens. Production runs without them."""
