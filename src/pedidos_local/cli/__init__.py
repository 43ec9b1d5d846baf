"""The commands of the local platform."""
