"""One random history: a few orders, unreliable hints, deaths, and requests of people."""

from collections.abc import Callable

from sqlalchemy import Engine

from pedidos_drills.simulation.customer import Customer
from pedidos_drills.simulation.dice import Dice
from pedidos_drills.simulation.people import People
from pedidos_drills.simulation.pipeline import Pipeline
from pedidos_drills.simulation.ratings import rate_some
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.simulation.returns import Returns
from pedidos_drills.simulation.steps import Deaths
from pedidos_drills.simulation.story import Story
from pedidos_drills.simulation.street import Street
from pedidos_drills.simulation.world import Products, World

SLEEPING = 0.4
"""How often a merchant sleeps when all is done: then there are confirmed orders."""
BROUGHT = 0.5
"""How often couriers come when all is done."""
REFUNDING = 0.4
"""How often parts of orders are given back at the end."""
KEPT = 0.2
"""How often the provider gives no money back for a while, after an order was cancelled."""
RATING = 0.5
"""How often the customer rates orders at the end."""


class History:
    """Plays one history. What happened is in story; what the ledger has to know of it besides, in customer (the
    answers), returns (the keys of requests) and pipeline (deaths, errors, and the gateway's book)."""

    def __init__(
        self, seed: int, engine: Engine, world: World, products: Products, relay: SimulatedRelay, deaths: Deaths
    ) -> None:
        self.seed = seed
        self.products = products
        self.story = Story()
        self._world = world
        self._dice = Dice(seed)
        self.pipeline = Pipeline(engine, relay, deaths, self._dice.chance, self.story, self._something)
        self.customer = Customer(seed, self.pipeline.engine, world, products, self._dice, self.story)
        self.returns = Returns(seed, world.customer, products, self.pipeline, self._dice, self.story)
        self._people = People(self.pipeline, self._dice, self.story)

    def play(self) -> None:
        """Plays everything that goes wrong, and then continues until all is quiet; many histories do so again.

        Money is returned for orders that were paid, and there are many of these only when all is quiet.
        """
        chance, orders = self._dice.chance, self.story.orders
        wanted = chance.randint(1, 4)
        for _ in range(chance.randint(wanted, 16)):
            if len(orders) < wanted and chance.random() < 0.4:
                self.customer.place()
            else:
                self._something()
        self.pipeline.settle_down()
        if chance.random() < 0.5 and orders:
            self.pipeline.gateway.reliable = False
            self._people.cancel()
            self._some(chance.randint(2, 8))
            if self._dice.kept.random() < KEPT:
                self.pipeline.keep_money()
            self.pipeline.settle_down()
        if self._dice.sleeps.random() < SLEEPING and orders:
            self.pipeline.gateway.reliable = False
            self._people.sleep()
            self._some(self._dice.sleeps.randint(0, 5))
            self.pipeline.settle_down()
        self._end()

    def _end(self) -> None:
        """Orders are delivered, parts of them given back, and rated."""
        engine, orders, returns = self.pipeline.engine, self.story.orders, self._dice.returns
        if self._dice.street.random() < BROUGHT and orders:
            Street(engine, self._dice.street, self._world.couriers, orders, self.story.tell).play()
            self.pipeline.publish_rest()
        if returns.random() < REFUNDING and orders:
            self.returns.serve()
            self.pipeline.gateway.reliable = False
            for _ in range(returns.randint(1, 6)):
                self.returns.give_part()
                self._some(returns.randint(0, 3))
            self.pipeline.settle_down()
        if self._dice.ratings.random() < RATING:
            self.story.told += rate_some(engine, self._dice.ratings, self.customer.placed)

    def _some(self, count: int) -> None:
        for _ in range(count):
            self._something()

    def _something(self) -> None:
        pipeline, any_orders = self.pipeline, bool(self.story.orders)
        actions: dict[Callable[[], None], int] = {
            pipeline.deliver: 50 if pipeline.hints else 0,
            pipeline.publish: 18,
            pipeline.stray_hint: 5 if any_orders else 0,
            self._people.cancel: 6 if any_orders else 0,
            self._people.fulfil: 3 if any_orders else 0,
            pipeline.expire: 1 if any_orders else 0,
            pipeline.look: 4 if pipeline.looks < 3 else 0,
            pipeline.let_time_pass: 6,
            pipeline.age: 0 if pipeline.has_old else 9,
            pipeline.pass_over: 15 if pipeline.has_old else 0,
        }
        (action,) = self._dice.chance.choices(list(actions), list(actions.values()))
        action()
