"""The HTTP server: stores the order, commits, then publishes to Kafka. gunicorn runs it as peers.textbook.web:app."""

import json
import os
from functools import cache
from uuid import UUID

from kafka import KafkaProducer
from sqlalchemy import select

from ..common.body import BadBody, Wish
from ..common.web import create_app
from .models import Order, OrderItem, Product, Session

SEND_SECONDS = 10


@cache
def producer() -> KafkaProducer:
    """Created by the first request, so that each gunicorn process has its own."""
    return KafkaProducer(bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"].split(","), acks="all")


def place(customer_id: UUID, wish: Wish) -> tuple[UUID, int]:
    with Session() as session, session.begin():
        ids = [item.product_id for item in wish.items]
        chosen = select(Product).where(Product.id.in_(ids), Product.merchant_id == wish.merchant_id, Product.active)
        products = {product.id: product for product in session.scalars(chosen)}
        if len(products) < len(wish.items):
            raise BadBody("there is no such product")
        order = Order(
            customer_id=customer_id,
            merchant_id=wish.merchant_id,
            status="received",
            total_cents=sum(products[item.product_id].price_cents * item.quantity for item in wish.items),
            payment_token=wish.payment_token,
            items=[
                OrderItem(
                    position=position,
                    product_id=item.product_id,
                    quantity=item.quantity,
                    unit_price_cents=products[item.product_id].price_cents,
                )
                for position, item in enumerate(wish.items, 1)
            ],
        )
        session.add(order)
        session.flush()
        order_id, total_cents = order.id, order.total_cents
    message = json.dumps({"order_id": str(order_id)}).encode()
    producer().send(os.environ["KAFKA_TOPIC"], key=str(order_id).encode(), value=message).get(SEND_SECONDS)
    return order_id, total_cents


app = create_app(place)
