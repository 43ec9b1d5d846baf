"""The bridge: Kafka → Celery. Hands new orders over to the workers."""
