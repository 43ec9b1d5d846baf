"""The pages about Kafka: how it is, and the records on it."""

from pedidos.processes.web.operator.kafka import cluster, records

__all__ = ["cluster", "records"]
