"""Attacks on availability: what a hostile client sends while orders are placed."""
