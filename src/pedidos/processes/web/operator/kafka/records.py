"""Records on Kafka, read without a group: the newest of a topic, from an offset or a time, or all of an order."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.domain.order import accepted_at
from pedidos.errors import KafkaUnavailable, first_line
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.messaging.looking import LOOKED_AT, MOST_RECORDS, Look, RecordReader
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.processes.web.operator.kafka.shown import shown
from pedidos.processes.web.operator.kafka.wanted import TOPIC_NAMES, Wanted
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone
from pedidos.storage.audit_log import writing
from pedidos.storage.orders import reading

PAGE = 25
BEFORE = timedelta(seconds=2)
"""The clocks of PostgreSQL and Kafka may differ by this much."""

pages = Blueprint("kafka_records", __name__, url_prefix="/operator/kafka/records")


@pages.get("")
@allow(Role.OPERATOR)
def records() -> Response:
    """The records that the address asks for; reading those of an order is noted, as reading the order is."""
    wanted = Wanted.of(request.args, zone())
    desk = services().kafka
    trouble, look = "", Look([], 0, complete=True)
    asked = not wanted.wrong and (wanted.order is not None or wanted.topic != "")
    if asked:
        if wanted.order is not None:
            writing.record(services().engine, Entry(Action.ORDER_READ, who(), str(wanted.order)))
        try:
            with desk.records() as reader:
                look = _look(reader, wanted)
        except KafkaUnavailable as error:
            trouble = first_line(error)
    return make_response(
        render_template(
            "operator/kafka/records.html",
            wanted=wanted,
            given=request.args,
            asked=asked,
            look=look,
            records=[shown(record, desk.check) for record in look.records],
            trouble=trouble,
            checked=desk.check is not None,
            topics=TOPIC_NAMES,
            page=PAGE,
            most=MOST_RECORDS,
            looked_at=LOOKED_AT,
        ),
        400 if wanted.wrong else 200,
    )


def _look(reader: RecordReader, wanted: Wanted) -> Look:
    if wanted.order is not None:
        key, moments = str(wanted.order).encode(), _moments(wanted.order)
        parts = [reader.of_key(topic, key, moments, MOST_RECORDS) for topic in (PLACED, EVENTS)]
        together = [record for part in parts for record in part.records]
        return Look(together, sum(part.looked_at for part in parts), all(part.complete for part in parts))
    if wanted.partition is not None and wanted.offset is not None:
        return reader.at_offset(wanted.topic, wanted.partition, wanted.offset, PAGE)
    if wanted.since is not None:
        return reader.since(wanted.topic, wanted.since, MOST_RECORDS)
    return reader.newest(wanted.topic, PAGE)


def _moments(order_id: UUID) -> Sequence[datetime]:
    """When events of the order may have been published. Of an order that is not stored (any more), its id says when it
    was accepted."""
    order = reading.read(services().engine, order_id)
    if order is not None and order.timeline:
        return [entry.occurred_at - BEFORE for entry in order.timeline]
    # An id that is not one of ours may name any time.
    return [datetime.fromtimestamp(min(accepted_at(order_id), time.time()), UTC) - BEFORE]
