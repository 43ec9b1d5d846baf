"""Says what is wrong with the choices of items that a statement has refused."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.options import Choices, Fault, faults
from pedidos.storage.catalogue import products


class Misfit(NamedTuple):
    """item: its index. name: of its product."""

    item: int
    name: str
    fault: Fault


def misfits(engine: Engine, items: Sequence[tuple[UUID, int]], choices: Choices) -> list[Misfit]:
    """What is wrong with the choices of these items as the catalogue is now; empty if it has changed since, and they
    fit. items: (product, quantity) pairs. Products that do not exist are left out."""
    found = {each.id: each for each in products.by_ids(engine, list({product_id for product_id, _ in items}))}
    return [
        Misfit(index, found[product_id].name, fault)
        for index, (product_id, _) in enumerate(items)
        if product_id in found
        for fault in faults(found[product_id].groups, choices.get(index, ()))
    ]
