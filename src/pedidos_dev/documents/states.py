"""The states of an order, as a diagram and as tables, from the table of transitions."""

from pedidos.domain.order import TRANSITIONS, Actor, Status, event_type, stock_part
from pedidos.domain.steps import STEP_AT

MEANING = {
    Status.RECEIVED: "Durable, and nothing else yet.",
    Status.VALIDATED: "Customer, merchant, products and limits are in order.",
    Status.RESERVED: "Its units are set aside.",
    Status.CHARGING: "The gateway is being asked for the money.",
    Status.PAID: "The gateway has taken the money.",
    Status.CONFIRMED: "Sold: the platform's part is done.",
    Status.PREPARING: "The merchant works on it.",
    Status.ON_ITS_WAY: "The merchant has sent it.",
    Status.DELIVERED: "The customer has it.",
    Status.REJECTED: "It broke a rule.",
    Status.UNAVAILABLE: "There were too few units of a product.",
    Status.DECLINED: "The gateway refused the payment. The units are back.",
    Status.EXPIRED: "It was not paid in time. The units are back; money that was taken even so is refunded.",
    Status.CANCELLED: "The customer or the merchant ended it. Units and money are given back.",
}

HEAD = """# The states of an order

`src/pedidos/domain/order.py` holds the table from which this is made. Whatever it does not list cannot happen: each
step moves only orders that are in the state it starts from.

"""


def states() -> str:
    """The document, in Markdown."""
    return f"{HEAD}{_diagram()}\n{_states()}\n{_moves()}"


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> received: order placed"]
    for source, targets in TRANSITIONS.items():
        lines += [f"    {source} --> {target}: {_actors(actors)}" for target, actors in targets.items()]
    lines += [f"    {status} --> [*]" for status, targets in TRANSITIONS.items() if not targets]
    return "\n".join([*lines, "```", ""])


def _states() -> str:
    lines = ["## States", "", "| state | meaning | event | waits for | units are |", "|---|---|---|---|---|"]
    for status in Status:
        waits = f"`{STEP_AT[status]}`" if status in STEP_AT else "the merchant" if TRANSITIONS[status] else "–"
        units = stock_part(status).replace("_", " ")
        lines.append(f"| `{status}` | {MEANING[status]} | `{event_type(status)}` | {waits} | {units} |")
    return "\n".join([*lines, ""])


def _moves() -> str:
    lines = ["## Moves", "", "| from | to | who may |", "|---|---|---|"]
    for source, targets in TRANSITIONS.items():
        lines += [f"| `{source}` | `{target}` | {_actors(actors)} |" for target, actors in targets.items()]
    return "\n".join([*lines, ""])


def _actors(actors: frozenset[Actor]) -> str:
    return " or ".join(actor for actor in Actor if actor in actors)
