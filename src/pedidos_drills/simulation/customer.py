"""The customers of a history: they place orders of every kind, repeat requests, and reach limits."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.handover import Method
from pedidos.domain.options import NO_CHOICES
from pedidos.domain.order_limits import OrderLimiter, OrderLimits
from pedidos.domain.scheduling import Schedule
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import HasNoPrice, LimitReached
from pedidos.storage.orders.placing import NewOrder, place
from pedidos_drills.ledger.records import Answered
from pedidos_drills.simulation.dice import Dice
from pedidos_drills.simulation.story import Story
from pedidos_drills.simulation.world import Products, World

TOKENS = (
    *(["tok_ok"] * 12),
    *(["tok_declined"] * 3),
    *("tok_error_then_ok", "tok_cut", "tok_error_after_charge", "tok_timeout_after_charge", "tok_slow"),
)
LIMITS = OrderLimits(orders_per_minute=1_000_000, unpaid_orders=3, unpaid_units=1_000_000)
"""Of all orders of a history but the first. The account is never quiet, so each of them is counted."""

REPEATED = 0.25
"""How often a request is made twice."""
CHOSEN = 0.3
"""How often an order has a choice of its product."""
PLANNED = 0.15
"""How many orders are for later."""
LATER = Schedule(datetime(2100, 1, 1, 12, tzinfo=UTC), datetime(2100, 1, 1, 11, tzinfo=UTC))
"""Their time comes when the simulation says so."""
DELIVERED = 0.5
"""How many orders of the open shop are delivered, rather than picked up."""


VIPS, PRETENDED = 0.1, 0.05
"""How many orders of the open shop are its VIP's, with the coupon for VIPs, and how many of somebody else with it."""
COUPONS = ("of few", "per person", "for VIPs")
"""What they are called in what is told."""


class Customer:
    """Two: one who is a VIP of the open shop, and one who is none. answers: what each request was answered. placed: the
    orders, each with its customer."""

    def __init__(self, seed: int, engine: Engine, world: World, products: Products, dice: Dice, story: Story) -> None:
        self.answers: list[Answered] = []
        self.placed: dict[UUID, UUID] = {}
        self._seed = seed
        self._engine = engine
        self._world = world
        self._products = products
        self._dice = dice
        self._story = story
        self._limiter = OrderLimiter(LIMITS)

    def place(self) -> None:
        """Places an order, perhaps with the same request twice."""
        order = self._order()
        limiter = self._limiter if self._story.orders else None
        asks = 2 if self._dice.chance.random() < REPEATED else 1
        for ask in range(asks):
            try:
                order_id = place(self._engine, order, limiter=limiter).order_id
            except LimitReached as refused:
                self._answered(order, 429, retry_after=True)
                self._story.tell(f"place {len(self._story.orders)}: refused, {refused.limit}")
                return
            except HasNoPrice as refused:
                self._answered(order, 422)
                self._story.tell(f"place {len(self._story.orders)}: refused, {refused.why}")
                return
            heard = ask == asks - 1 or self._dice.chance.random() < 0.5
            self._answered(order, 202 if heard else 0, str(order_id) if heard else None)
            if order_id not in self._story.orders:
                self._story.orders.append(order_id)
                self.placed[order_id] = order.customer_id
        self._story.tell(f"order {len(self._story.orders) - 1}: {self._described(order, asks)}")

    def _order(self) -> NewOrder:
        products, chance = self._products, self._dice.chance
        product, units = chance.choice(
            [(products.plenty, 1), (products.plenty, 2), (products.few, 1), (products.few, 2), (products.closed, 1)]
        )
        key = f"{self._seed}-{len(self._story.orders)}"
        shop = self._world.closed_shop if product == products.closed else self._world.shop
        items = [(product, units)]
        if product == products.plenty and chance.random() < 0.3:
            items.append((products.few, 1))
        token = chance.choice(TOKENS)
        extras = self._extras() if shop == self._world.shop else NO_EXTRAS
        if shop == self._world.shop and self._dice.street.random() < DELIVERED:
            extras = replace(extras, method=Method.DELIVERY)
        picks = self._dice.picks
        chosen = [each for each in products.choices if picks.random() < CHOSEN and product == products.plenty]
        customer = self._world.customer
        if shop == self._world.shop and (fate := self._dice.vips.random()) < VIPS + PRETENDED:
            customer = self._world.vip if fate < VIPS else customer
            extras = replace(extras, coupon=products.for_vips.code)
        return NewOrder(
            customer,
            shop,
            items,
            token,
            key,
            key.encode().ljust(32)[:32],
            extras=extras,
            choices={0: chosen} if chosen else NO_CHOICES,
            schedule=LATER if self._dice.plans.random() < PLANNED else None,
        )

    def _extras(self) -> Extras:
        """Half of the orders have a coupon."""
        code = self._dice.chance.choice([None, None, *(coupon.code for coupon in self._products.coupons)])
        tip = self._dice.chance.choice([0, 0, 250])
        return Extras(tip_cents=tip, coupon=code) if code or tip else NO_EXTRAS

    def _answered(
        self, order: NewOrder, status: int, order_id: str | None = None, *, retry_after: bool = False
    ) -> None:
        customer = str(order.customer_id)
        self.answers.append(
            Answered(order.idempotency_key, customer, status, order_id, 0.0, 0.0, retry_after=retry_after)
        )

    def _described(self, order: NewOrder, asks: int) -> str:
        products, coupon = self._products, order.extras.coupon
        names = {products.plenty: "plenty", products.few: "few", products.closed: "of a closed shop"}
        bought = ", ".join(f"{count} {names[each]}" for each, count in order.items)
        with_choices = f", with {len(order.choices[0])} choices" if order.choices else ""
        codes = [each.code for each in products.all_coupons]
        with_coupon = f"; with a coupon {COUPONS[codes.index(coupon)]}" if coupon else ""
        return f"{bought}{with_choices}; {order.payment_token}; asked {asks} times{with_coupon}"
