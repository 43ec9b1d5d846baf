"""Fused steps: what needs no answer from outside is one commit.

Opening goes from received to charging, with the units set aside and the intent to charge. Closing goes from the
gateway's answer to confirmed. The rules are those of the single steps. An order that does not pass all of them, or that
needs something that is held, takes the single steps: these say what is wrong, as they always do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Engine

from pedidos.domain.fusing import CLOSING, OneByOne
from pedidos.domain.order import Status
from pedidos.domain.validation import problems
from pedidos.errors import ConstraintViolated, DatabaseUnavailable, Held, first_line
from pedidos.steps.charge import leases, record_captured
from pedidos.steps.execution.avoiding import Avoided
from pedidos.steps.execution.moved import Moved
from pedidos.steps.execution.record import Answers
from pedidos.storage.engine import in_statement
from pedidos.storage.fused.closing import close_orders
from pedidos.storage.fused.opening import open_orders
from pedidos.storage.inventory.reserving import NONE_BELOW_ZERO
from pedidos.storage.orders.facts import prospects
from pedidos.storage.payments.attempts import Attempt
from pedidos.telemetry.catalogue import steps as metrics

T = TypeVar("T")

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opened:
    """attempts: the payments of the orders that are charging now. left: the other orders that were received, which take
    the single steps."""

    attempts: list[Attempt]
    left: list[UUID]


def open_together(engine: Engine, order_ids: Sequence[UUID], by: str, lease_seconds: float, avoided: Avoided) -> Opened:
    """Validates the orders that are received, reserves their stock, and writes the intent to charge them, together.

    The facts are read without a lock, as in `validate`. Who gets the last units is not decided here: there is enough
    for all, or nothing is changed. Nor is who gets a coupon, which `reserve` gives out.
    """
    found = in_statement(engine, lambda connection: prospects(connection, order_ids, Status.RECEIVED))
    good = [order_id for order_id, facts in found.sellable.items() if not problems(facts)]
    count(OneByOne.INVALID, len(found.unsellable) + len(found.sellable) - len(good))
    count(OneByOne.SCARCE, len(found.scarce))
    count(OneByOne.COUPON, len(found.with_coupon))

    def open_free(free: Sequence[UUID]) -> list[Attempt]:
        return in_statement(engine, lambda connection: open_orders(connection, free, by, lease_seconds)) if free else []

    outcome = _unless_it_fails(lambda: avoided.run(engine, good, open_free), len(good)) if good else None
    attempts, held = outcome or ([], [])
    count(OneByOne.HELD, len(held))
    opened = {attempt.order_id for attempt in attempts}
    rest = [order_id for order_id in found.sellable if order_id not in opened]
    return Opened(attempts, [*rest, *found.unsellable, *found.scarce, *found.with_coupon])


def close_together(engine: Engine, answers: Answers, by: str, avoided: Avoided) -> list[Moved]:
    """Records that the orders were charged, and confirms them, in one commit. Those that it cannot confirm become paid,
    and wait for the step that confirms them."""

    def close_free(free: Sequence[UUID]) -> list[UUID]:
        told = leases({order_id: answers[order_id] for order_id in free})
        return in_statement(engine, lambda connection: close_orders(connection, told, by)) if told else []

    outcome = _unless_it_fails(lambda: avoided.run(engine, list(answers), close_free), len(answers))
    closed, held = outcome or ([], [])
    count(OneByOne.HELD, len(held))
    rest = {order_id: answers[order_id] for order_id in answers.keys() - set(closed)}
    moved = [Moved(closed, CLOSING)] if closed else []
    return moved + (record_captured(engine, rest, by) if rest else [])


def _unless_it_fails(work: Callable[[], T], orders: int) -> T | None:
    """What work returns; None if it fails, for which one order is enough. The single steps then find out which."""
    try:
        return work()
    except DatabaseUnavailable:
        raise
    except Held as error:
        count(OneByOne.HELD, orders)
        logger.info("steps one by one", orders=orders, reason=first_line(error))
    except Exception as error:  # noqa: BLE001  # the single steps raise it again, for the order that causes it
        if isinstance(error, ConstraintViolated) and error.constraint == NONE_BELOW_ZERO:
            count(OneByOne.SCARCE, orders)
        else:
            count(OneByOne.FAILED, orders)
            logger.warning("steps one by one", orders=orders, reason=first_line(error))
    return None


def count(why: OneByOne, orders: int) -> None:
    """Counts orders that take the steps one by one."""
    if orders:
        metrics.STEPS_ONE_BY_ONE[why].inc(orders)
