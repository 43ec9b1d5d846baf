"""Durable workflows with a separate server: Temporal, on PostgreSQL."""
