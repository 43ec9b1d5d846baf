"""Webhooks: endpoints and their secrets, what waits for each, and what became of it."""
