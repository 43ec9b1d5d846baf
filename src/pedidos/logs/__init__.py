"""The log of every process: how it is set up, and how its lines are written."""
