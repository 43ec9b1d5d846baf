"""Parts of the orders of a history that are given back, once merchants have served some of the orders."""

from uuid import UUID

from pedidos.domain.audit import Who
from pedidos.domain.order import Actor, Status
from pedidos.domain.refunds import Cause, Missing, Refund, Wish
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance
from pedidos.steps.refund import refund
from pedidos.storage.payments.refunds import KeyReused
from pedidos_drills.simulation.dice import Dice
from pedidos_drills.simulation.pipeline import Pipeline
from pedidos_drills.simulation.steps import SETTINGS
from pedidos_drills.simulation.story import Story
from pedidos_drills.simulation.world import Products

SERVED, UNDONE = 0.7, 0.25
"""How often an order is accepted before, and how often it is cancelled after a part."""
TWICE = 0.3
"""How often a request is repeated."""


class Returns:
    """customer: asks for the parts. keys: (order, key) of each request."""

    def __init__(
        self, seed: int, customer: UUID, products: Products, pipeline: Pipeline, dice: Dice, story: Story
    ) -> None:
        self.keys: set[tuple[str, str]] = set()
        self._seed = seed
        self._customer = customer
        self._products = products
        self._pipeline = pipeline
        self._dice = dice.returns
        self._story = story

    def serve(self) -> None:
        """Merchants accept their orders, and deliver some of them."""
        engine = self._pipeline.engine
        for order_id in self._story.orders:
            if self._dice.random() < SERVED:
                accept(engine, order_id, "merchant", SETTINGS.acceptance_seconds)
                if self._dice.random() < 0.5:
                    advance(engine, order_id, Status.ON_ITS_WAY, "merchant")
                    advance(engine, order_id, Status.DELIVERED, "merchant")

    def give_part(self) -> None:
        """Gives a part of an order back. The request may be repeated, and another one may have its key."""
        order_id = self._dice.choice(self._story.orders)
        number = self._story.numbers([order_id])
        key = f"{self._seed}-{self._dice.randrange(4)}"
        wish = self._wish()
        self.keys.add((str(order_id), key))
        for _ in range(2 if self._dice.random() < TWICE else 1):
            what = wish.cents or f"{wish.missing[0].quantity} missing"
            self._story.tell(f"give back {what} of {number} under {key}: {self._asked(order_id, wish, key)}")
        if self._dice.random() < UNDONE:
            outcome = cancel(self._pipeline.engine, order_id, Actor.MERCHANT, "merchant")
            self._story.tell(f"cancel {number} by the merchant, with parts on their way: {outcome}")
        if self._dice.random() < 0.5:  # perhaps the watchdog runs at once
            self._pipeline.hints.append((Step.UNDO, [order_id]))

    def _asked(self, order_id: UUID, wish: Wish, key: str) -> str:
        try:
            made = refund(self._pipeline.engine, order_id, wish, key, self._customer, Who())
        except KeyReused:
            return "the key was used for another refund"
        except ConstraintViolated as error:  # without the safeguard, a constraint of the schema still holds
            self._pipeline.note(f"refund: {error}")
            return f"fails: {error}"
        return made.status if isinstance(made, Refund) else made.reason

    def _wish(self) -> Wish:
        if self._dice.random() < 0.5:
            return Wish(Cause.GOODWILL, self._dice.choice((1, 300, 550, 1400, 1990)))
        product = self._dice.choice((self._products.plenty, self._products.few))
        return Wish(Cause.ITEMS_MISSING, missing=[Missing(product, self._dice.randint(1, 2))])
