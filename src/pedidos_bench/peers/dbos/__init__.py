"""Durable workflows in the application's own process, with their state in PostgreSQL: the library DBOS."""
