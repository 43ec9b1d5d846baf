"""What is in an order's bag: for its merchant and its courier, who need no prices."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pedidos.storage.orders.chosen import chosen_in
from pedidos.storage.sql import Sql


class BagItem(NamedTuple):
    """choices: their names."""

    quantity: int
    name: str
    choices: Sequence[str] = ()


BAG = Sql("""(select json_agg(json_build_array(i.quantity, i.name, i.choices) order by i.position)
    from order_items i where i.order_id = o.id) as items""")
"""The column of an order `o` that bag() reads."""


def bag(items: Iterable[tuple[int, str, Sequence[Mapping[str, Any]] | None]]) -> list[BagItem]:
    """The items as read by BAG, in the order in which they were ordered."""
    return [BagItem(quantity, name, [each.name for each in chosen_in(choices)]) for quantity, name, choices in items]
