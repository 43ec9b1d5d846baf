"""Stores records that cannot be decoded: in PostgreSQL with the reason, and as a copy in a topic."""

import structlog
from sqlalchemy import Engine

from pedidos.errors import RecordTooLarge
from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.sifting import RejectedRecord
from pedidos.messaging.topics import DEAD_LETTERS
from pedidos.storage.dead_letters import letters

logger = structlog.get_logger()


class DeadLetterWriter:
    """Writes the dead letters of one consumer, which is their source."""

    def __init__(self, engine: Engine, producer: Producer, source: str) -> None:
        self._engine = engine
        self._producer = producer
        self._source = source

    def write(self, rejected: RejectedRecord) -> None:
        """Stores the record. Storing it again changes nothing in PostgreSQL. Raises Transient."""
        record = rejected.record
        headers = list(record.headers)
        letters.write(
            self._engine, self._source, rejected.origin, rejected.reason, None, record.value or b"", record.key, headers
        )
        self._copy(rejected)
        logger.warning("dead letter", origin=rejected.origin, reason=rejected.reason)

    def _copy(self, rejected: RejectedRecord) -> None:
        record = rejected.record
        added = [("origin", rejected.origin.encode()), ("reason", rejected.reason.encode())]
        # kafka-python reads null headers, and records without key and value, but sends neither.
        headers = [(name, value or b"") for name, value in record.headers]
        value = b"" if record.key is None and record.value is None else record.value
        try:
            self._producer.send([Record(DEAD_LETTERS, record.key, value, [*headers, *added])])
        except RecordTooLarge:
            # Without these headers it was just small enough. The copy has its beginning; the origin leads to the rest.
            beginning = (value or b"")[: letters.MAX_PAYLOAD_BYTES]
            self._producer.send([Record(DEAD_LETTERS, None, beginning, added)])
