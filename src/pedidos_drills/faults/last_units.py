"""Two hundred customers order the last ten units at the same time."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos.setup import demo_accounts
from pedidos.setup.demo import PIZZERIA
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence

BUYERS = 200
UNITS = 10


async def run(scene: DrillContext) -> None:
    of_shop = [each for each in demo_accounts.ACCOUNTS if each.merchant == demo_accounts.PIZZERIA]
    (merchant,) = (each.email for each in of_shop if each.role == "merchant")
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(merchant)}"}
    body = {"name": "Pizza da última fornada", "price_cents": 7990, "on_hand": UNITS}
    async with scene.load.session.post(f"/v1/merchants/{PIZZERIA}/products", json=body, headers=headers) as answer:
        answer.raise_for_status()
        product = UUID((await answer.json())["id"])
    scene.start_stock[str(product)] = UNITS
    scene.checks.append(lambda evidence: sold_otherwise(evidence, str(product)))
    async with scene.broken(f"{BUYERS} buyers want the last {UNITS} units"):
        await asyncio.gather(*(scene.load.order(number, [product]) for number in range(BUYERS)))


def sold_otherwise(evidence: Evidence, product: str) -> Iterator[Finding]:
    """Whether not exactly all units were sold, or a buyer got no answer."""
    buyers = [order for order in evidence.orders if product in {line.product_id for line in order.lines}]
    if len(buyers) != BUYERS:
        yield f"{BUYERS} ordered, there are {len(buyers)} orders", None
    confirmed = sum(1 for order in buyers if order.status is Status.CONFIRMED)
    if confirmed != UNITS:
        yield f"{confirmed} orders for {UNITS} units were confirmed", None
    for order in buyers:
        if order.status not in (Status.CONFIRMED, Status.UNAVAILABLE):
            yield f"it is {order.status}", order.id


DRILL = Drill(
    "last-units",
    breaks=Sentence(
        "{buyers} buyers order the last {units} units of a product at the same time.", buyers=BUYERS, units=UNITS
    ),
    weak=Sentence("More units are sold than there were."),
    run=run,
    orders=40,
)
