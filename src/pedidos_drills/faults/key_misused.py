"""An Idempotency-Key is used again: with another order, and by another customer."""

from uuid import uuid4

from pedidos.sentence import Sentence
from pedidos.setup.demo import demo_id
from pedidos_drills.drill import Drill, DrillContext

PIZZA, SODA = demo_id(101), demo_id(103)
ROUNDS = 8


async def run(scene: DrillContext) -> None:
    for number in range(ROUNDS):
        await scene.load.until_accepted(5)
        key = str(uuid4())
        own = await scene.load.order(number, (PIZZA,), key=key)
        async with scene.broken("a key is used again, for another order and by another customer"):
            other_body = await scene.load.order(number, (SODA,), key=key)
            other_customer = await scene.load.order(number + 1, (PIZZA,), key=key)
            again = await scene.load.order(number, (PIZZA,), key=key)
        refusals = [answer.status for answer in scene.load.asked(key, number) if answer.order_id is None]
        if other_body is not None or 422 not in refusals:
            scene.findings.append((f"another order under its key was answered {refusals}, not 422", own))
        if other_customer in (None, own):
            scene.findings.append((f"another customer with the same key was given {other_customer}", own))
        if again != own:
            scene.findings.append((f"its request, repeated, was answered with {again}", own))


DRILL = Drill(
    "key-misused",
    breaks=Sentence("An Idempotency-Key is used again for another order, and by another customer."),
    weak=Sentence("The other customer sees a stranger's order; the other order is silently not placed."),
    run=run,
    orders=80,
)
