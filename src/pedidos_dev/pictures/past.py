"""What has happened at the pizzeria of the demo before its pages are photographed: so there is something to see."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pedidos.domain.order import Status
from pedidos.setup.demo import demo_id
from pedidos.setup.demo_accounts import PIZZERIA
from pedidos.setup.demo_handover import DELIVERY
from pedidos_local.cli.welcome import person
from pedidos_local.client.api_client import ApiClient
from pedidos_local.settings import ClientSettings

CUSTOMER, MERCHANT = "customer@pedidos.example", "merchant@pedidos.example"
COUPON = {"code": "BEMVINDO10", "percent": 10, "most": 500}
ENDPOINT = {"url": "https://subscriber.example/pedidos", "description": "Till"}
RATING = {"stars": 5, "comment": "Chegou quente, e antes da hora."}
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.2


async def live_through(settings: ClientSettings) -> None:
    """Orders of every kind that a shop sees: delivered and rated, waiting for a courier, new, and for later.

    Raises Refused, Unreachable, and TimeoutError if an order is not confirmed.
    """
    shop_id = str(demo_id(PIZZERIA))
    async with person(settings, CUSTOMER) as customer, person(settings, MERCHANT) as shop:
        await shop.call("POST", f"/v1/merchants/{shop_id}/coupons", COUPON)
        if not (await shop.call("GET", "/v1/webhooks"))["endpoints"]:
            await shop.call("POST", "/v1/webhooks", ENDPOINT)
        rated = await _confirmed(customer, shop_id, {})
        await _accept(shop, rated)
        await shop.move(rated, "dispatch")
        await shop.move(rated, "deliver")
        await customer.call("PUT", f"/v1/orders/{rated}/rating", RATING)
        await _accept(shop, await _confirmed(customer, shop_id, {"handover": dict(DELIVERY)}))
        await _confirmed(customer, shop_id, {"handover": dict(DELIVERY), "tip_cents": 300})
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await _place(customer, shop_id, {"scheduled_for": tomorrow.isoformat(timespec="seconds")})


async def _place(customer: ApiClient, shop_id: str, more: Mapping[str, object]) -> str:
    product = next(each for each in await customer.products(shop_id) if each["on_hand"] > 1)
    placed = await customer.place(shop_id, {product["id"]: 2}, "tok_ok", more)
    return str(placed["id"])


async def _confirmed(customer: ApiClient, shop_id: str, more: Mapping[str, object]) -> str:
    order_id = await _place(customer, shop_id, more)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (await customer.order(order_id))["status"] != Status.CONFIRMED:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The order {order_id} is not confirmed after {PATIENCE_SECONDS:.0f} s.")
        await asyncio.sleep(LOOK_SECONDS)
    return order_id


async def _accept(shop: ApiClient, order_id: str) -> None:
    await shop.call("POST", f"/v1/orders/{order_id}/accept", {"minutes": 30})
