"""What a user at Kafka may do who only looks: read our topics, and see how far groups are. It writes nothing."""

from collections.abc import Iterator

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import SecurityDisabledError

from pedidos.messaging.boundary import our_errors

PREFIX = "pedidos"
"""With it the names of all our topics and groups begin."""
CLUSTER = "kafka-cluster"
"""The name by which Kafka knows the cluster in its rights."""


def rights(reader: str) -> Iterator[ACL]:
    """The rights of a reader, from every host."""
    prefixed, literal = ACLResourcePatternType.PREFIXED, ACLResourcePatternType.LITERAL
    for kind, name, pattern, operations in (
        (ResourceType.TOPIC, PREFIX, prefixed, (ACLOperation.READ, ACLOperation.DESCRIBE)),
        (ResourceType.GROUP, PREFIX, prefixed, (ACLOperation.DESCRIBE,)),
        # For the sizes of partitions.
        (ResourceType.CLUSTER, CLUSTER, literal, (ACLOperation.DESCRIBE,)),
    ):
        for operation in operations:
            where = ResourcePattern(kind, name, pattern)
            yield ACL(f"User:{reader}", "*", operation, ACLPermissionType.ALLOW, where)


@our_errors()
def let_read(client: KafkaAdminClient, reader: str) -> bool:
    """Gives a reader its rights; those that it has stay. False if this Kafka knows no rights: everyone does all. Raises
    KafkaUnavailable if it refuses."""
    failed = client.create_acls(list(rights(reader)))["failed"]
    if failed and all(error is SecurityDisabledError for error in failed):
        return False
    for error in failed:
        raise error(f"the rights of the user {reader} at Kafka cannot be set")
    return True
