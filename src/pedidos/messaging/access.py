"""Gives a user at Kafka the rights of web: to read our topics, and to see how far groups are. It writes nothing."""

from kafka.admin import KafkaAdminClient
from kafka.errors import SecurityDisabledError

from pedidos.messaging.boundary import our_errors
from pedidos.messaging.rights import entries


@our_errors()
def let_read(client: KafkaAdminClient, reader: str) -> bool:
    """Gives a reader its rights; those that it has stay. False if this Kafka knows no rights: everyone does all. Raises
    KafkaUnavailable if it refuses."""
    failed = client.create_acls(list(entries("web", reader)))["failed"]
    if failed and all(error is SecurityDisabledError for error in failed):
        return False
    for error in failed:
        raise error(f"the rights of the user {reader} at Kafka cannot be set")
    return True
