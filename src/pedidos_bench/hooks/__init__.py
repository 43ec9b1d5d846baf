"""Subscribers of webhooks for measurements: a receiver that answers at once, and many endpoints that lead to it."""
