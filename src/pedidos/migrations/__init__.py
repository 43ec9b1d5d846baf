"""The schema and its changes: Alembic's revisions, and the SQL that each runs."""
