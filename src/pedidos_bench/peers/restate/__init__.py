"""Durable workflows in a handler that a server of its own calls and keeps the journal of: Restate."""
