"""Plays many histories, and lets the ledger judge each of them."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, Row

from pedidos.crash_points import reach
from pedidos.processes.scheduler.forgotten_work import HINT_AGAIN
from pedidos.sentence import Sentence
from pedidos.steps.charge import ASK_AGAIN
from pedidos.steps.undo import TRY_AGAIN
from pedidos_drills.evidence import (
    handed,
    stored_coupon,
    stored_event,
    stored_order,
    stored_rating,
    stored_refund,
    vip_price,
    waited,
)
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Evidence, Stock
from pedidos_drills.ledger.verdict import Verdict
from pedidos_drills.safeguard import Safeguard, switched_off
from pedidos_drills.simulation.history import History
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.simulation.shards import SimulatedShards
from pedidos_drills.simulation.steps import SETTINGS, Deaths
from pedidos_drills.simulation.world import ON_HAND, World
from pedidos_drills.sql.stored import everything_of

AT_ONCE = 25
"""Histories whose evidence is read together."""

RELAY_SECONDS = 2.0
"""PostgreSQL's own transactions may hold the relay back for a moment."""

PATIENT = {
    "pedidos.steps.charge:ASK_AGAIN": replace(ASK_AGAIN, base_seconds=3600.0, cap_seconds=3600.0),
    "pedidos.steps.undo:TRY_AGAIN": replace(TRY_AGAIN, base_seconds=3600.0, cap_seconds=3600.0),
    "pedidos.processes.scheduler.forgotten_work:HINT_AGAIN": replace(
        HINT_AGAIN, base_seconds=3600.0, cap_seconds=3600.0
    ),
    "pedidos.steps.charge:TELL_AFTER_SECONDS": 0.0,
    "pedidos.storage.payments.refund_delays:TELL_AFTER_SECONDS": 0.0,
    # An hour passes for an order that was placed a moment ago, and its id stays.
    "pedidos.storage.orders.acceptances:PLACED_EARLIER": "true",
}
"""No pause ends by the clock, however slow the machine is; otherwise a seed would not replay."""


@dataclass
class Tally:
    """How much was simulated: ends counts orders by their state."""

    histories: int = 0
    orders: int = 0
    happenings: int = 0
    deaths: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {status}" for status, count in self.ends.most_common())
        return (
            f"{self.histories} histories, {self.orders} orders ({ends}), {self.happenings} happenings, "
            f"{self.deaths} deaths, {sum(self.errors.values())} errors in steps"
        )


@dataclass(frozen=True, slots=True)
class Failed:
    """A history that broke an invariant. told: what happened, as text."""

    seed: int
    told: Sequence[str]
    verdicts: Sequence[Verdict]


def simulate(
    engine: Engine, seed: int, histories: int, tally: Tally | None = None, shards: int = 1
) -> Iterator[Failed]:
    """Plays the histories of the seeds from `seed` on; yields those that break an invariant.

    shards: with more than one, the event log begins with one, and now and then it gets some more, up to as many."""
    tally = tally or Tally()
    deaths = Deaths()
    world = World(engine)
    relay = SimulatedRelay(engine) if shards == 1 else SimulatedShards(engine, seed, shards)
    relay.catch_up()
    stand_ins = Safeguard(
        "", "", Sentence.lines([]), "", "", {f"{reach.__module__}:{reach.__name__}": deaths.reach, **PATIENT}
    )
    for first in range(seed, seed + histories, AT_ONCE):
        seeds = range(first, min(first + AT_ONCE, seed + histories))
        played = []
        with switched_off(stand_ins):
            for each, products in zip(seeds, world.products(len(seeds)), strict=True):
                history = History(each, engine, world, products, relay, deaths)
                history.play()
                played.append(history)
        yield from _judged(engine, played, relay, tally)
        relay.told.clear()


def _judged(engine: Engine, played: Sequence[History], relay: SimulatedRelay, tally: Tally) -> Iterator[Failed]:
    order_ids = [order_id for history in played for order_id in history.story.orders]
    product_ids = [product for history in played for product in _start_stock(history)]
    coupon_ids = [coupon.id for history in played for coupon in history.products.all_coupons]
    rows = everything_of(engine, order_ids, product_ids, coupon_ids)
    _publish_rest(relay, rows["events"])
    told = _by_order([(event.order_id, event) for event in relay.told])
    found = {
        name: _by_order([(row.order_id, row) for row in rows[name]])
        for name in ("events", "unsettled", "waits", "handed", "refunds", "vip_prices", "ratings")
    }
    orders = {row.id: stored_order(row) for row in rows["orders"]}
    stock = {row.product_id: Stock(row.on_hand, row.reserved, row.sold) for row in rows["stock"]}
    coupons = {row.id: stored_coupon(row) for row in rows["coupons"]}
    letters = _by_order([(row.order_id, row) for row in rows["dead_letters"]])
    for history in played:
        own = [str(order_id) for order_id in history.story.orders]
        start = {str(product): units for product, units in _start_stock(history).items()}
        evidence = Evidence(
            answers=history.customer.answers,
            orders=[orders[order_id] for order_id in own if order_id in orders],
            events=[stored_event(row) for order_id in own for row in found["events"].get(order_id, ())],
            topic=[event for order_id in own for event in told.get(order_id, ())],
            book=history.pipeline.gateway.entries(),
            stock={product: stock[product] for product in start if product in stock},
            start_stock=start,
            coupons=[coupons[str(coupon.id)] for coupon in history.products.all_coupons],
            refunds=[stored_refund(row) for order_id in own for row in found["refunds"].get(order_id, ())],
            refund_keys=frozenset(history.returns.keys),
            pending=[f"a payment is {row.status}" for order_id in own for row in found["unsettled"].get(order_id, ())],
            dead_letters=[(row.reason, row.order_id) for order_id in own for row in letters.get(order_id, ())],
            waits=[waited(row) for order_id in own for row in found["waits"].get(order_id, ())],
            acceptance_seconds=SETTINGS.acceptance_seconds,
            handed=[handed(row) for order_id in own for row in found["handed"].get(order_id, ())],
            vip_prices=[vip_price(row) for order_id in own for row in found["vip_prices"].get(order_id, ())],
            ratings=[stored_rating(row) for order_id in own for row in found["ratings"].get(order_id, ())],
            counted_ratings=None,  # those of the shop are of all histories
        )
        history.pipeline.gateway.close()
        _count(tally, history, evidence)
        verdicts = judge(evidence)
        if not all(verdict.holds for verdict in verdicts):
            yield Failed(history.seed, history.story.told, verdicts)


def _publish_rest(relay: SimulatedRelay, events: Sequence[Row[Any]]) -> None:
    wanted = {stored_event(row) for row in events}
    deadline = time.monotonic() + RELAY_SECONDS
    while not wanted <= set(relay.told) and time.monotonic() < deadline:
        if not relay.publish(len(wanted)):
            time.sleep(0.01)


def _start_stock(history: History) -> dict[Any, int]:
    plenty, few = ON_HAND
    return {history.products.plenty: plenty, history.products.few: few, history.products.closed: plenty}


def _by_order(pairs: Sequence[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for order_id, each in pairs:
        grouped[order_id].append(each)
    return grouped


def _count(tally: Tally, history: History, evidence: Evidence) -> None:
    tally.histories += 1
    tally.orders += len(evidence.orders)
    tally.happenings += len(history.story.told)
    tally.deaths += history.pipeline.deaths
    tally.errors.update(history.pipeline.errors)
    tally.ends.update(order.status for order in evidence.orders)
