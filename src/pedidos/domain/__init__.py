"""The rules: plain functions on values. Nothing here reads a clock, a database or a network."""
