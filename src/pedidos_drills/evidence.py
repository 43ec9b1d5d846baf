"""Gathers the evidence for the ledger: the database, Kafka, the gateway's book and the load's record."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import TopicPartition
from sqlalchemy import Engine, Row

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.mails.message import key_of
from pedidos.messaging.codec import Attributes, InvalidRecord, decode
from pedidos.messaging.kafka import make_reader
from pedidos.messaging.polling import poll
from pedidos.messaging.sifting import sift
from pedidos.messaging.signatures import RecordKeys, SignatureCheck
from pedidos.messaging.topics import EVENTS
from pedidos.payments.access import authorization
from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.storage.event_log import unsigned
from pedidos.storage.mails import queue as mail_queue
from pedidos.storage.webhooks import queue as webhook_queue
from pedidos_drills.ledger.coupons import StoredCoupon
from pedidos_drills.ledger.handed_over import Handed, Told, Turn
from pedidos_drills.ledger.parts import StoredRefund
from pedidos_drills.ledger.pricing import Line
from pedidos_drills.ledger.ratings import CountedRatings, StoredRating
from pedidos_drills.ledger.records import Answered, BookEntry, Evidence, Stock, StoredEvent, StoredOrder, Waited
from pedidos_drills.ledger.told import Mails, StoredMail
from pedidos_drills.ledger.vips import VipPrice
from pedidos_drills.sql import stored, stored_mails
from pedidos_local.settings import PlatformSettings

SHARD = 0
READ_SECONDS = 2.0

_KEY = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.MULTILINE)

STATUSES = frozenset(Status)


async def gather(
    settings: PlatformSettings,
    engine: Engine,
    answers: Sequence[Answered],
    start_stock: Mapping[str, int],
    pending: Sequence[str],
    again: int = 0,
) -> Evidence:
    """The current evidence; the platform should be quiet. again: mails that may have been sent a second time."""
    rows = await asyncio.to_thread(stored.everything, engine)
    topic, foreign = await asyncio.to_thread(read_topic, settings, engine)
    return Evidence(
        answers=answers,
        orders=[stored_order(row) for row in rows["orders"]],
        events=[stored_event(row) for row in rows["events"]],
        topic=topic,
        foreign=foreign,
        book=await read_book(settings),
        stock={row.product_id: Stock(row.on_hand, row.reserved, row.sold) for row in rows["stock"]},
        start_stock=start_stock,
        coupons=[stored_coupon(row) for row in rows["coupons"]],
        refunds=[stored_refund(row) for row in rows["refunds"]],
        pending=pending,
        dead_letters=[(row.reason, row.order_id) for row in rows["dead_letters"]],
        mails=None
        if settings.mailbox_dir is None
        else await asyncio.to_thread(_mails, engine, settings.mailbox_dir, again),
        waits=[waited(row) for row in rows["waits"]],
        acceptance_seconds=settings.acceptance_seconds,
        handed=[handed(row) for row in rows["handed"]],
        vip_prices=[vip_price(row) for row in rows["vip_prices"]],
        ratings=[stored_rating(row) for row in rows["ratings"]],
        counted_ratings=[CountedRatings(row.merchant_id, row.ratings, row.stars) for row in rows["counted_ratings"]],
    )


def _mails(engine: Engine, folder: Path, again: int) -> Mails:
    """What was written, and what the mail server took."""
    found = stored_mails.read(engine)
    keys = (_KEY.search(file.read_bytes()) for file in (folder / "new").iterdir())
    arrived = [key[1].decode() for key in keys if key is not None]
    written = [
        StoredMail(
            str(row.order_id),
            row.version,
            row.kind,
            key_of(row.id, row.account_id, row.order_id, row.version),
            row.confirmed,
            row.state,
        )
        for row in found.mails
    ]
    return Mails(written, arrived, found.unconfirmed, found.staff, again)


def stored_order(row: Row[Any]) -> StoredOrder:
    """Converts a row of `stored` to an order."""
    lines = [Line(*line) for line in row.lines]
    return StoredOrder(
        row.id,
        row.customer_id,
        Status(row.status),
        row.version,
        row.total_cents,
        row.key,
        lines,
        row.charges,
        row.coupon,
        row.returned_cents,
        row.forgotten,
        row.early,
    )


def stored_coupon(row: Row[Any]) -> StoredCoupon:
    """Converts a row of `stored` to a coupon."""
    return StoredCoupon(row.id, row.most, row.most_per_person, row.used, [(order, who) for order, who in row.uses])


def stored_refund(row: Row[Any]) -> StoredRefund:
    """Converts a row of `stored` to a refund in part."""
    return StoredRefund(row.id, row.order_id, row.request_key, row.amount_cents, row.status)


def vip_price(row: Row[Any]) -> VipPrice:
    """Converts a row of `stored` to an order with a discount for VIPs."""
    return VipPrice(row.order_id, row.placed_at, [(begun, ended) for begun, ended in row.times])


def stored_rating(row: Row[Any]) -> StoredRating:
    """Converts a row of `stored` to a rating."""
    return StoredRating(row.order_id, row.merchant_id, row.stars)


def stored_event(row: Row[Any]) -> StoredEvent:
    """Converts a row of `stored` to an event."""
    return StoredEvent(row.order_id, row.version, row.type, Status(row.status), row.cause)


def handed(row: Row[Any]) -> Handed:
    """Converts a row of `stored` to an order that couriers had."""
    turns = [Turn(*each) for each in row.turns or ()]
    return Handed(row.order_id, Status(row.status), turns, [Told(*each) for each in row.told], row.wrong_codes)


def waited(row: Row[Any]) -> Waited:
    """Converts a row of `stored` to a wait."""
    return Waited(
        row.order_id, Status(row.status), row.confirmed_at, row.now, row.outcome, row.accepted_at, row.missed_at
    )


def start_stock(engine: Engine) -> dict[str, int]:
    """Units per product, in all three counts together."""
    return {row.product_id: row.on_hand + row.reserved + row.sold for row in stored.stock(engine)}


def topic_ends(settings: PlatformSettings) -> dict[int, int]:
    """For each partition of the events topic, the offset of its next record."""
    consumer = make_reader(settings, "ledger")
    try:
        partitions = [TopicPartition(EVENTS, number) for number in consumer.partitions_for_topic(EVENTS) or ()]
        return {partition.partition: offset for partition, offset in consumer.end_offsets(partitions).items()}
    finally:
        consumer.close()


def read_topic(
    settings: PlatformSettings, engine: Engine, since: Mapping[int, int] | None = None
) -> tuple[list[StoredEvent], int]:
    """Every event of the events topic, first to last, and the number of other records. since: the offsets to begin
    with, per partition.

    After a restore of PostgreSQL to an earlier moment, the records of the log before do not count from the place on at
    which the next log begins: what they say is undone.
    """
    check = SignatureCheck(RecordKeys(settings.record_keys), lambda: unsigned.read(engine, SHARD))
    succeeded = stored.succeeded(engine)
    consumer = make_reader(settings, "ledger")
    try:
        partitions = [TopicPartition(EVENTS, number) for number in consumer.partitions_for_topic(EVENTS) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        for partition in partitions:
            if since is not None and partition.partition in since:
                consumer.seek(partition, since[partition.partition])
        ends = consumer.end_offsets(partitions)
        found: list[StoredEvent] = []
        foreign = 0
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in poll(consumer, READ_SECONDS).values():
                sifted = sift(records, check, _event)
                found += [
                    event for at, event in sifted.decoded if at.log not in succeeded or at.cursor <= succeeded[at.log]
                ]
                foreign += len(sifted.rejected)
        return found, foreign
    finally:
        consumer.close()


def _event(record: ConsumerRecord) -> tuple[Attributes, StoredEvent]:
    event = decode(record)
    if event.status not in STATUSES:
        raise InvalidRecord("The status is not one of ours.")
    cause = event.body["detail"].get("cause")
    return event.attributes, StoredEvent(str(event.order_id), event.version, event.type, Status(event.status), cause)


async def read_book(settings: PlatformSettings) -> list[BookEntry]:
    """Every charge that the simulator knows."""
    async with (
        ClientSession(str(settings.gateway_url), headers=authorization(settings.gateway_admin_key)) as session,
        session.get("/v1/book") as answer,
    ):
        answer.raise_for_status()
        return book_entries([json.loads(line) async for line in answer.content])


def book_entries(lines: Iterable[Mapping[str, Any]]) -> list[BookEntry]:
    """The gateway's book, one entry per key under which money was taken; lines are its charges and refunds."""
    captures: dict[str, list[int]] = {}
    refunds: dict[str, int] = {}
    parts: dict[str, dict[str, int]] = {}
    for line in lines:
        if line["entry"] == "refund":
            refunds[line["key"]] = refunds.get(line["key"], 0) + line["amount_cents"]
            if line["part"] is not None:
                parts.setdefault(line["key"], {})[line["part"]] = line["amount_cents"]
        elif line["reference"]:
            captures.setdefault(line["key"], []).append(line["amount_cents"])
    return [
        BookEntry(key, len(amounts), sum(amounts), refunds.get(key, 0), parts.get(key, {}))
        for key, amounts in captures.items()
    ]


def unfinished(figures: PipelineFigures, *, mails: bool = True) -> list[str]:
    """What is still in progress, as text; empty if the platform is quiet. Takes up to two seconds. mails: whether there
    is a server that takes mails."""
    found = figures.read()
    words = [f"{name}: {part['unavailable']}" for name, part in found.items() if "unavailable" in part]
    if words:
        return words
    database = found["database"]
    words += [f"{count} orders {status}" for status, count in database["orders"].items() if Status(status) in IN_FLIGHT]
    if database["unsettled_payments"]:
        words.append(f"{database['unsettled_payments']} payments are not settled")
    if database["relay"]["refusal"]:
        words.append(f"the relay refuses to publish: {database['relay']['refusal']}")
    if database["relay"]["behind"]:
        words.append(f"the relay is {database['relay']['behind']} events behind")
    words += [
        f"{group}, partition {partition}: {lag} records behind"
        for group, facts in found["consumers"].items()
        for partition, lag in facts["lag"].items()
        if lag
    ]
    waiting, _ = mail_queue.waiting(figures.engine)
    if waiting and mails:
        words.append(f"{waiting} mails wait")
    webhooks = webhook_queue.figures(figures.engine).waiting
    if webhooks:
        words.append(f"{webhooks} webhooks wait")
    words += [
        f"queue {name}: {length} messages" for name, length in found["queues"].items() if length and name != "retention"
    ]
    return words
