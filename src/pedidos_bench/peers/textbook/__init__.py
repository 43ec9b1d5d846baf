"""The usual design: an ORM, Kafka after the commit, and a Celery chain of four tasks."""
