"""Durable workflows inside the application's process, with their state in PostgreSQL: the library DBOS."""
