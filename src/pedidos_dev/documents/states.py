"""The states of an order, as a diagram and as tables, from the table of transitions."""

import ast
from inspect import getsource
from itertools import pairwise

from pedidos.domain.order import TRANSITIONS, Actor, Status, event_type, stock_part
from pedidos.domain.steps import STEP_AT

HEAD = """# The states of an order

`src/pedidos/domain/order.py` holds the table from which this is made. Whatever it does not list cannot happen: each
step moves only orders that are in the state it starts from.

"""


def states() -> str:
    """The document, in Markdown."""
    return f"{HEAD}{_diagram()}\n{_states()}\n{_moves()}"


_WAITS = {**{status: f"`{step}`" for status, step in STEP_AT.items()}, Status.SCHEDULED: "its time"}


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", *_beginnings()]
    for source, targets in TRANSITIONS.items():
        lines += [f"    {source} --> {target}: {_actors(actors)}" for target, actors in targets.items()]
    lines += [f"    {status} --> [*]" for status, targets in TRANSITIONS.items() if not targets]
    return "\n".join([*lines, "```", ""])


def _beginnings() -> list[str]:
    return [f"    [*] --> {Status.SCHEDULED}: order for later placed", f"    [*] --> {Status.RECEIVED}: order placed"]


def _states() -> str:
    meaning = _docstrings()
    lines = ["## States", "", "| state | meaning | event | waits for | units are |", "|---|---|---|---|---|"]
    for status in Status:
        waits = _WAITS.get(status) or ("the merchant" if TRANSITIONS[status] else "–")
        units = stock_part(status).replace("_", " ")
        lines.append(f"| `{status}` | {meaning[status]} | `{event_type(status)}` | {waits} | {units} |")
    return "\n".join([*lines, ""])


def _moves() -> str:
    lines = ["## Moves", "", "| from | to | who may |", "|---|---|---|"]
    for source, targets in TRANSITIONS.items():
        lines += [f"| `{source}` | `{target}` | {_actors(actors)} |" for target, actors in targets.items()]
    return "\n".join([*lines, ""])


def _actors(actors: frozenset[Actor]) -> str:
    return " or ".join(actor for actor in Actor if actor in actors)


def _docstrings() -> dict[Status, str]:
    """What the docstring below each state says."""
    (definition,) = ast.parse(getsource(Status)).body
    found = {}
    for earlier, later in pairwise(ast.iter_child_nodes(definition)):
        match earlier, later:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[Status[name]] = text
    return found
