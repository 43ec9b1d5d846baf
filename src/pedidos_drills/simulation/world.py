"""The shop and the customer of all simulated histories, and the products of each history."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.domain.schedule import Interval
from pedidos.storage import seed
from pedidos.storage.engine import in_transaction
from pedidos.storage.seed import SeedAccount, SeedMerchant, SeedProduct

ALWAYS = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
ON_HAND = (40, 3)
PRICES = (1990, 550)


@dataclass(frozen=True, slots=True)
class Products:
    """plenty and few are sold by the open shop; closed by one that never opens."""

    plenty: UUID
    few: UUID
    closed: UUID


class World:
    """One open shop, one closed shop, one customer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.shop, self.closed_shop, self.customer = uuid4(), uuid4(), uuid4()

    def products(self, histories: int) -> list[Products]:
        """New products, with their stock, for this many histories."""
        made = [Products(uuid4(), uuid4(), uuid4()) for _ in range(histories)]
        stocked = []
        for each in made:
            stocked += [
                SeedProduct(each.plenty, self.shop, "Pizza", PRICES[0], ON_HAND[0]),
                SeedProduct(each.few, self.shop, "Pizza da casa", PRICES[1], ON_HAND[1]),
                SeedProduct(each.closed, self.closed_shop, "Pão de queijo", PRICES[1], ON_HAND[0]),
            ]
        merchants = [SeedMerchant(self.shop, "Cantina", ALWAYS), SeedMerchant(self.closed_shop, "Padaria", [])]
        email = f"{self.customer}@example.org"
        customer = SeedAccount(self.customer, email, "Ana", "customer", None, "!")
        in_transaction(self._engine, lambda connection: seed.insert(connection, merchants, stocked, [customer]))
        return made
