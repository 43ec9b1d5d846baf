"""The check of the records' signatures, with what it needs to know."""

from sqlalchemy import Engine

from pedidos.messaging.signatures import RecordKeys, SignatureCheck
from pedidos.settings.groups.kafka import EventTopicSettings
from pedidos.storage.event_log import unsigned

SHARD = 0


def signature_check(settings: EventTopicSettings, engine: Engine) -> SignatureCheck:
    """Refuses records that the relay did not write."""
    return check_with(settings.record_keys, engine)


def check_with(record_keys: str, engine: Engine) -> SignatureCheck:
    """The same. record_keys: comma-separated."""
    return SignatureCheck(RecordKeys(record_keys), lambda: unsigned.read(engine, SHARD))
