"""The lessons in a terminal."""
