"""Turns events of orders into what is to be sent: rows of PostgreSQL, written before the offsets are committed.

The same events may come again; each row is written once, by its key.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import orjson
import structlog
from sqlalchemy import Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.access import Role
from pedidos.domain.authors import detail_for
from pedidos.domain.mails import mails_about
from pedidos.domain.webhooks import EVENT_TYPES
from pedidos.messaging.codec import PublishedEvent
from pedidos.storage.mails import of_orders
from pedidos.storage.mails.of_orders import Happened
from pedidos.storage.webhooks import writing
from pedidos.telemetry.catalogue import notifications as metrics

logger = structlog.get_logger()


class Telling:
    """makes_mails: whether events make mails. language: of mails to accounts of which no language is known.
    most_per_hour: mails to one account. wake: called after something was written, so that it is sent at once."""

    def __init__(
        self, engine: Engine, *, makes_mails: bool, language: str, most_per_hour: int, wake: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._makes_mails = makes_mails
        self._language = language
        self._most_per_hour = most_per_hour
        self._wake = wake

    def is_wanted(self) -> bool:
        """Whether anybody wants to be told. Raises Transient."""
        return self._makes_mails or writing.any_endpoint(self._engine)

    def tell(self, events: Sequence[PublishedEvent]) -> None:
        """Writes what these events make. Raises Transient."""
        if self._makes_mails:
            happened = list(_happened(events))
            written = of_orders.write(self._engine, happened, self._language, self._most_per_hour)
            metrics.MAILS_WRITTEN.inc(written)
            if written:
                self._wake()
        # Asked for each batch: what happens after an endpoint was added is for it.
        if writing.any_endpoint(self._engine):
            delivered = writing.write(self._engine, list(_for_subscribers(events)))
            metrics.WEBHOOKS_WRITTEN.inc(delivered)
            if delivered:
                self._wake()
        reach(CrashPoint.NOTIFIER_WRITTEN)


def _happened(events: Sequence[PublishedEvent]) -> Iterator[Happened]:
    for event in events:
        mails = mails_about(event.type, event.body["detail"].get("cause"))
        at = _moment(event) if mails else None
        if at is not None:
            for mail in mails:
                yield Happened(event.order_id, event.version, event.customer_id, event.merchant_id, at, mail)


def _for_subscribers(events: Sequence[PublishedEvent]) -> Iterator[writing.Happened]:
    for event in events:
        at = _moment(event)
        if at is not None and event.type in EVENT_TYPES:
            body, own_body = (body_for(event, role) for role in (Role.OPERATOR, Role.MERCHANT))
            yield writing.Happened(event.order_id, event.version, event.merchant_id, event.type, at, body, own_body)


def body_for(event: PublishedEvent, reader: Role) -> str:
    """What a subscriber is sent: type, timestamp and data (Standard Webhooks), where data is the event. A merchant
    learns no account of others."""
    data = {**event.body, "detail": detail_for(reader, event.body["detail"])}
    if reader is Role.MERCHANT:
        del data["customer_id"]
    return orjson.dumps({"type": event.type, "timestamp": event.body["occurred_at"], "data": data}).decode()


def _moment(event: PublishedEvent) -> datetime | None:
    """When it happened. None if it does not say so in our way, which no relay writes."""
    try:
        return datetime.fromisoformat(event.body["occurred_at"])
    except (KeyError, TypeError, ValueError):
        logger.warning("event without a time", order_id=str(event.order_id), version=event.version)
        return None
