"""Orders: how they are placed, moved, found and read."""
