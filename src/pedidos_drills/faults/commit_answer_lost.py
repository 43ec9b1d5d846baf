"""PostgreSQL's answer to the commit of an order is lost on its way to the api."""

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

PLACING = b"tok_"
"""Payment tokens begin like this, and no other request of the api contains one."""

IN_A_ROW = (1, 1, 2, 3, 4)
"""Two lost answers in a row also affect the api's second attempt; four affect two orders, or one order twice."""


async def run(scene: DrillContext) -> None:
    wire = scene.stage.proxies["api-database"]
    lost_before = wire.lost_answers
    for count in IN_A_ROW:
        await scene.load.until_accepted(12)
        async with scene.broken(f"PostgreSQL has committed, but the answer is lost, {count} times in a row"):
            wire.lose_answers(count, asked_with=PLACING)
            await scene.until(lambda: not wire.answers_to_lose, "the answers to be lost")
    if wire.lost_answers - lost_before != sum(IN_A_ROW):
        scene.findings.append((f"{wire.lost_answers - lost_before} answers were lost, not {sum(IN_A_ROW)}", None))


DRILL = Drill(
    "commit-answer-lost",
    breaks=Sentence("PostgreSQL commits an order, and its answer to the api is lost with the connection."),
    weak=Sentence("The order exists, but its customer is told that it failed, orders again and pays twice."),
    run=run,
)
