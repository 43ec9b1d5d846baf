"""Events of the log as records on Kafka, and whether those on Kafka are of this log."""
