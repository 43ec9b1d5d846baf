"""The process web of a local demo: all pages of the product, and those that break things and show what happens."""
