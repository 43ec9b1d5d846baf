"""Two hundred customers use the last ten uses of a coupon at the same time; some are given back, and used again."""

import asyncio
from collections.abc import Iterator

from pedidos.domain.order import Status, StockPart, stock_part
from pedidos.sentence import Sentence
from pedidos.setup import demo_accounts
from pedidos.setup.demo import PIZZERIA, demo_id
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.sql import observed

BUYERS = 200
USES = 10
GIVEN_BACK = 3
CODE = "LAST-TEN"


async def run(scene: DrillContext) -> None:
    owner = demo_accounts.owner_of(demo_accounts.PIZZERIA)
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(owner.email)}"}
    body = {"code": CODE, "percent": 10, "most": USES}
    async with scene.load.session.post(f"/v1/merchants/{PIZZERIA}/coupons", json=body, headers=headers) as answer:
        answer.raise_for_status()
        coupon: str = (await answer.json())["id"]
    scene.checks.append(lambda evidence: used_otherwise(evidence, coupon))
    product = [demo_id(103)]
    async with scene.broken(f"{BUYERS} buyers want the last {USES} uses of a coupon"):
        await asyncio.gather(*(scene.load.order(n, product, more={"coupon": CODE}) for n in range(BUYERS)))
    await scene.until(lambda: len(confirmed(scene)) >= USES, f"{USES} orders with the coupon to be confirmed")
    for order_id in confirmed(scene)[:GIVEN_BACK]:
        async with scene.load.session.post(f"/v1/orders/{order_id}/cancel", headers=headers) as answer:
            answer.raise_for_status()
    await asyncio.gather(*(scene.load.order(n, product, more={"coupon": CODE}) for n in range(BUYERS // 10)))


def confirmed(scene: DrillContext) -> list[str]:
    """The orders that use the coupon, and are with the merchant."""
    return observed.confirmed_with_discount(scene.engine, CODE)


def used_otherwise(evidence: Evidence, coupon: str) -> Iterator[Finding]:
    """Whether not exactly all uses were used, or an order with the coupon ended otherwise than it may."""
    buyers = [order for order in evidence.orders if order.coupon == coupon]
    using = sum(1 for order in buyers if stock_part(order.status) is not StockPart.ON_HAND)
    if using != USES:
        yield f"{using} orders use {USES} uses", None
    for order in buyers:
        if order.status not in (Status.CONFIRMED, Status.UNAVAILABLE, Status.CANCELLED):
            yield f"it is {order.status}", order.id


DRILL = Drill(
    "last-coupons",
    breaks=Sentence(
        "{buyers} buyers use the last {uses} uses of a coupon at the same time; {back} are given back.",
        buyers=BUYERS,
        uses=USES,
        back=GIVEN_BACK,
    ),
    weak=Sentence("More orders cost less than the merchant agreed to, or a use is lost."),
    run=run,
    orders=40,
)
