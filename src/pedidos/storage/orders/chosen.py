"""The choices of an order's items, as the order keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pedidos.domain.options import Chosen


def chosen_in(stored: Sequence[Mapping[str, Any]] | None) -> list[Chosen]:
    """The choices in the column order_items.choices, in the order of the groups."""
    return [Chosen(UUID(each["id"]), each["group"], each["name"], each["price_cents"]) for each in stored or ()]
