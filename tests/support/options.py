"""Options of products for tests: what can be chosen, and what was."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.options import NewChoice, NewGroup
from pedidos.storage.catalogue import options

SIZE = NewGroup("Size", 1, 1, [NewChoice("Small", 0), NewChoice("Large", 900)])
EXTRAS = NewGroup(
    "Extras",
    0,
    2,
    [NewChoice("Olives", 200), NewChoice("Onions", 0), NewChoice("Egg", 150), NewChoice("Truffle", 5000, False)],
)


def offer(engine: Engine, merchant_id: UUID, product_id: UUID, *groups: NewGroup) -> dict[str, UUID]:
    """Gives the product these groups. Returns the ids of the choices by their names."""
    product = options.set_groups(engine, merchant_id, product_id, groups, Who(local_user="tests"))
    assert product is not None
    return {choice.name: choice.id for group in product.groups for choice in group.choices}
