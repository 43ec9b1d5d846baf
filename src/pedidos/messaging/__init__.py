"""Kafka: topics and their contracts, the codec of events, the producer, and how records are read."""
