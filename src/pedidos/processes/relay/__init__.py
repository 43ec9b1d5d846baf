"""The relay: PostgreSQL → Kafka. Publishes the event log in its order."""
