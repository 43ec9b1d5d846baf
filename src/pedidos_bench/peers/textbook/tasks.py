"""The four steps of an order as Celery tasks: each loads it, changes it, commits, and passes its id to the next."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from celery import Celery, chain
from celery.signals import worker_process_init, worker_ready
from sqlalchemy import select, update
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from .models import Order, OrderItem, Payment, Session, Stock, engine

app = Celery("textbook", broker=os.environ["BROKER_URL"])
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
)


class OutOfStock(Exception):
    """There are not enough units of a product: nothing is taken."""


@worker_process_init.connect
def forget_parents_connections(**_: object) -> None:
    engine.dispose(close=False)


@worker_ready.connect
def tell(**_: object) -> None:
    Path(os.environ["READY_FILE"]).touch()


@contextmanager
def moving(order_id: str, before: str, *options: ORMOption) -> Iterator[tuple[OrmSession, Order | None]]:
    """One transaction on an order, locked for its duration; None if the order is not in that status."""
    with Session() as session, session.begin():
        wanted = select(Order).where(Order.id == UUID(order_id), Order.status == before)
        order = session.scalars(wanted.options(*options).with_for_update(of=Order)).one_or_none()
        yield session, order


@app.task
def validate(order_id: str) -> str:
    wanted = joinedload(Order.merchant), selectinload(Order.items).joinedload(OrderItem.product)
    with moving(order_id, "received", *wanted) as (_, order):
        if order is not None:
            good = order.merchant.active and order.items and all(map(is_right, order.items))
            order.status = "validated" if good else "rejected"
    return order_id


def is_right(item: OrderItem) -> bool:
    return item.quantity > 0 and item.product.active and item.product.price_cents == item.unit_price_cents


@app.task
def reserve(order_id: str) -> str:
    try:
        with moving(order_id, "validated", selectinload(Order.items)) as (session, order):
            if order is not None:
                take(session, order.items)
                order.status = "reserved"
    except OutOfStock:
        with moving(order_id, "validated") as (_, order):
            if order is not None:
                order.status = "unavailable"
    return order_id


def take(session: OrmSession, items: list[OrderItem]) -> None:
    # In the order of the products, so that two orders of the same products cannot deadlock.
    for item in sorted(items, key=lambda item: item.product_id):
        enough = update(Stock).where(Stock.product_id == item.product_id, Stock.on_hand >= item.quantity)
        change = {Stock.on_hand: Stock.on_hand - item.quantity, Stock.reserved: Stock.reserved + item.quantity}
        taken = session.execute(enough.values(change), execution_options={"synchronize_session": False})
        if taken.rowcount != 1:
            raise OutOfStock(item.product_id)


@app.task
def charge(order_id: str) -> str:
    with moving(order_id, "reserved") as (session, order):
        if order is not None:
            session.add(Payment(order_id=order.id, amount_cents=order.total_cents))
            order.status = "paid"
    return order_id


@app.task
def confirm(order_id: str) -> str:
    with moving(order_id, "paid") as (_, order):
        if order is not None:
            order.status = "confirmed"
    return order_id


def start(order_id: str) -> None:
    """Starts the chain for an order."""
    chain(validate.s(order_id), reserve.s(), charge.s(), confirm.s()).apply_async()
