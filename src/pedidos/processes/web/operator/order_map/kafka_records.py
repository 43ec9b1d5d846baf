"""The records of an order on Kafka, as facts about that place."""

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _

from pedidos.errors import KafkaUnavailable, first_line
from pedidos.http import problems
from pedidos.messaging.looking import RecordReader
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.processes.web.formats import instant
from pedidos.processes.web.kafka_desk import KafkaDesk
from pedidos.processes.web.operator.kafka.shown import ShownRecord, shown
from pedidos.processes.web.operator.order_map.facts import Section
from pedidos.storage.orders.inspecting import Inspected

MOST = 25
"""Records of one topic that are read."""
BEFORE = timedelta(seconds=2)
"""The clocks of PostgreSQL and Kafka may differ by this much."""


def records(desk: KafkaDesk, found: Inspected, zone: str) -> list[Section]:
    """A section for each record; or one that says why none could be read. zone: of the times."""
    try:
        with desk.records() as reader:
            return [_section(record, zone) for record in _read(reader, desk, found)]
    except KafkaUnavailable as error:
        return [Section(_("The records on Kafka could not be read"), [(_("reason"), first_line(error))])]
    except problems.Busy:
        return [
            Section(
                _("The records on Kafka could not be read"), [(_("reason"), _("Someone else reads at the moment."))]
            )
        ]


def _read(reader: RecordReader, desk: KafkaDesk, found: Inspected) -> Iterator[ShownRecord]:
    key = str(found.summary.id).encode()
    moments = [commit.occurred_at - BEFORE for commit in found.commits] or [found.summary.created_at - BEFORE]
    for topic in (PLACED, EVENTS):
        for record in reader.of_key(topic, key, moments, MOST).records:
            yield shown(record, desk.check)


def _section(record: ShownRecord, zone: str) -> Section:
    signed = {True: _("signed by the relay"), False: record.unsigned, None: record.unsigned or _("not checked")}
    return Section(
        f"{record.topic} · {record.says}",
        [
            (_("place"), f"{record.topic}/{record.partition}/{record.offset}"),
            (_("written"), f"{instant(record.at, zone).striptags()},{record.at.microsecond // 1000:03}"),
            (_("signature"), signed[record.signed]),
            (_("key"), record.key.text),
            *((name, value.text) for name, value in record.headers),
            (_("value"), record.payload.text),
        ],
    )
