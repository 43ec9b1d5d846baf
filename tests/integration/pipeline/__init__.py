"""Tests of the pipeline: real processes between a real PostgreSQL, Kafka and Valkey."""
