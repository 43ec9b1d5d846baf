"""The live process against real PostgreSQL, Kafka and relay."""
