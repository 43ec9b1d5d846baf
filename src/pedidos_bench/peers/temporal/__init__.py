"""Durable workflows with a server of their own: Temporal, on PostgreSQL."""
