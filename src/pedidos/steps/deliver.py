"""deliver: a courier takes an order, picks it up, and delivers it with the code of its customer, or gives it back.

Every function runs as one transaction that locks the order, is committed at most once, and can be repeated. Raises
LookupError: there is no such order, or it is another merchant's; and once.OutcomeUnknown, Held.
"""

import secrets
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.couriers import (
    MOST_TRIES,
    WITH_A_COURIER,
    Courier,
    Ending,
    Standing,
    may_deliver,
    may_go_on,
    may_replace,
    may_take,
    wrong_code,
)
from pedidos.domain.order import COURIER_ASSIGNED, COURIER_LEFT, Actor, Refusal, Status, may_move
from pedidos.steps.execution.person import CHANGED_MEANWHILE, patiently
from pedidos.storage.event_log.announcing import announce_after_quiet
from pedidos.storage.once import once
from pedidos.storage.orders import assignments
from pedidos.storage.orders.transitions import lock_order, move

T = TypeVar("T")


def take(engine: Engine, order_id: UUID, courier: Courier, lease_seconds: float) -> int | Refusal:
    """Gives the order to the courier; returns the epoch, or why not. Who has the order already keeps its epoch, and its
    lease begins again."""

    def work(connection: Connection, status: Status, now: Standing) -> int | Refusal:
        held = now.held
        if held is not None and held.courier_id == courier.account_id and status in WITH_A_COURIER:
            assignments.renew(connection, order_id, held.epoch, lease_seconds)
            return held.epoch
        refusal = may_take(now, status)
        if refusal is not None:
            return refusal
        epoch = now.epoch + 1
        if held is not None:
            assignments.end(connection, order_id, held.epoch, Ending.LOST)
        assignments.take(connection, order_id, epoch, courier.account_id, lease_seconds)
        return _moved(connection, order_id, courier, epoch, status, status, COURIER_ASSIGNED) or epoch

    return _with_order(engine, order_id, courier, work)


def give_back(engine: Engine, order_id: UUID, courier: Courier, epoch: int) -> Refusal | None:
    """Ends the courier's time with the order; returns why not, if it does not have it. Another courier can take it."""

    def work(connection: Connection, status: Status, _now: Standing) -> Refusal | None:
        claim = assignments.claim(connection, order_id, epoch, courier.account_id)
        if claim is not None and claim.ending is Ending.GIVEN_BACK:
            return None
        refusal = may_go_on(claim)
        if refusal is not None:
            return refusal
        assignments.end(connection, order_id, epoch, Ending.GIVEN_BACK)
        return _moved(connection, order_id, courier, epoch, status, status, COURIER_LEFT)

    return _with_order(engine, order_id, courier, work)


def pick_up(engine: Engine, order_id: UUID, courier: Courier, epoch: int, lease_seconds: float) -> Refusal | None:
    """Sends the order on its way with the courier, or returns why not. A courier who has taken over an order that is on
    its way only notes that it has it."""

    def work(connection: Connection, status: Status, _now: Standing) -> Refusal | None:
        claim = assignments.claim(connection, order_id, epoch, courier.account_id)
        refusal = may_go_on(claim)
        if refusal is None and status is not Status.ON_ITS_WAY:
            refusal = may_move(status, Status.ON_ITS_WAY, Actor.COURIER)
        if refusal is not None or claim is None or claim.picked_up_at is not None:
            return refusal
        assignments.note_picked_up(connection, order_id, epoch, lease_seconds)
        if status is Status.ON_ITS_WAY:
            return None
        return _moved(connection, order_id, courier, epoch, status, Status.ON_ITS_WAY)

    return _with_order(engine, order_id, courier, work)


def deliver(engine: Engine, order_id: UUID, courier: Courier, epoch: int, code: str) -> Refusal | None:
    """Ends the order as delivered, if the courier has it and the code is its customer's; else returns why not. A wrong
    code is counted."""

    def work(connection: Connection, status: Status, _now: Standing) -> Refusal | None:
        claim = assignments.claim(connection, order_id, epoch, courier.account_id)
        if claim is not None and claim.ending is Ending.DELIVERED:
            return None
        refusal = may_deliver(claim) or may_move(status, Status.DELIVERED, Actor.COURIER)
        if refusal is not None:
            return refusal
        right, tries = assignments.code_of(connection, order_id)
        if tries >= MOST_TRIES:
            return wrong_code(tries)
        if not secrets.compare_digest(code.encode(), right.encode()):
            return wrong_code(assignments.note_wrong_code(connection, order_id))
        assignments.end(connection, order_id, epoch, Ending.DELIVERED)
        assignments.forget_code(connection, order_id)
        return _moved(connection, order_id, courier, epoch, status, Status.DELIVERED)

    return _with_order(engine, order_id, courier, work)


def withdraw(connection: Connection, order_id: UUID, target: Status) -> Refusal | None:
    """Ends the time of a courier with an order that the merchant moves to the target itself, or returns why that cannot
    be. In the transaction that has locked the order."""
    now = assignments.standing(connection, order_id)
    refusal = may_replace(now)
    if refusal is not None or not now.epoch:
        return refusal
    if now.held is not None:
        assignments.end(connection, order_id, now.held.epoch, Ending.WITHDRAWN)
    if target is Status.DELIVERED:
        assignments.forget_code(connection, order_id)
    return None


def _moved(
    connection: Connection,
    order_id: UUID,
    courier: Courier,
    epoch: int,
    source: Status,
    target: Status,
    kind: str | None = None,
) -> Refusal | None:
    announce_after_quiet(connection)
    detail = {"by": courier.author, "epoch": epoch}
    if move(connection, {order_id: detail}, source, target, kind):
        return None
    connection.rollback()
    return Refusal(CHANGED_MEANWHILE)


def _with_order(
    engine: Engine, order_id: UUID, courier: Courier, work: Callable[[Connection, Status, Standing], T]
) -> T:
    def locked(connection: Connection) -> T:
        status = lock_order(connection, order_id)
        now = None if status is None else assignments.standing(connection, order_id)
        if status is None or now is None or now.merchant_id != courier.merchant_id:
            raise LookupError(order_id)
        return work(connection, status, now)

    return patiently(lambda: once(engine, locked))
