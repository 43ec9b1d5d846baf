"""What most people would write: an ORM, Kafka after the commit, and a Celery chain of four tasks."""
