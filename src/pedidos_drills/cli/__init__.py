"""The commands of the drills."""
