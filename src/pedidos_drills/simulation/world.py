"""The shop, the customer and the couriers of all simulated histories, and the products of each history."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine

from pedidos.domain.couriers import Courier
from pedidos.domain.schedule import Interval
from pedidos.storage import seed
from pedidos.storage.catalogue import delivery_terms
from pedidos.storage.catalogue.delivery_terms import DeliveryTerms
from pedidos.storage.engine import in_transaction
from pedidos.storage.seed import SeedAccount, SeedChoice, SeedCoupon, SeedMerchant, SeedProduct

ALWAYS = [Interval(weekday, 0, 1440) for weekday in range(1, 8)]
ON_HAND = (40, 3)
USES = 2
PRICES = (1990, 550)
COURIERS = 2
DELIVERS = DeliveryTerms(flat_cents=700, bands=(), free_from_cents=None, location=None)
CHOICE_PRICES = (350, 0)


@dataclass(frozen=True, slots=True)
class Products:
    """plenty and few are sold by the open shop; closed by one that never opens. coupons: of the open shop; of the first
    one few uses are left for all, of the second one for each person. for_vips: one of the open shop for its VIPs alone.
    choices: of plenty."""

    plenty: UUID
    few: UUID
    closed: UUID
    coupons: tuple[SeedCoupon, SeedCoupon]
    for_vips: SeedCoupon
    choices: tuple[UUID, UUID]

    @property
    def all_coupons(self) -> tuple[SeedCoupon, ...]:
        return (*self.coupons, self.for_vips)


class World:
    """One open shop, which delivers, one closed shop, one customer, a VIP of the open shop, and couriers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.shop, self.closed_shop, self.customer, self.vip = uuid4(), uuid4(), uuid4(), uuid4()
        self.couriers = [Courier(uuid4(), self.shop) for _ in range(COURIERS)]

    def products(self, histories: int) -> list[Products]:
        """New products, with their stock, for this many histories."""
        made = [
            Products(uuid4(), uuid4(), uuid4(), self._coupons(), self._for_vips(), (uuid4(), uuid4()))
            for _ in range(histories)
        ]
        stocked = []
        for each in made:
            stocked += [
                SeedProduct(each.plenty, self.shop, "Pizza", PRICES[0], ON_HAND[0]),
                SeedProduct(each.few, self.shop, "Pizza da casa", PRICES[1], ON_HAND[1]),
                SeedProduct(each.closed, self.closed_shop, "Pão de queijo", PRICES[1], ON_HAND[0]),
            ]
        merchants = [SeedMerchant(self.shop, "Cantina", ALWAYS), SeedMerchant(self.closed_shop, "Padaria", [])]
        people = [
            SeedAccount(each, f"{each}@example.org", "Ana", "customer", None, "!") for each in (self.customer, self.vip)
        ]
        people += [
            SeedAccount(each.account_id, f"{each.account_id}@example.org", "Caio", "courier", self.shop, "!")
            for each in self.couriers
        ]
        coupons = [coupon for each in made for coupon in each.all_coupons]
        choices = [
            SeedChoice(choice, each.plenty, f"Extra {number}", price)
            for each in made
            for number, (choice, price) in enumerate(zip(each.choices, CHOICE_PRICES, strict=True))
        ]

        def work(connection: Connection) -> None:
            seed.insert(connection, merchants, stocked, people)
            seed.insert_coupons(connection, coupons)
            seed.insert_vip(connection, self.shop, self.vip)
            delivery_terms.insert(connection, self.shop, DELIVERS)
            seed.insert_choices(connection, choices)

        in_transaction(self._engine, work)
        return made

    def _for_vips(self) -> SeedCoupon:
        coupon = uuid4()
        return SeedCoupon(coupon, self.shop, coupon.hex.upper(), percent=20, vips_only=True)

    def _coupons(self) -> tuple[SeedCoupon, SeedCoupon]:
        few, each = uuid4(), uuid4()
        return (
            SeedCoupon(few, self.shop, few.hex.upper(), percent=10, most=USES),
            SeedCoupon(each, self.shop, each.hex.upper(), percent=15, most_per_person=1),
        )
