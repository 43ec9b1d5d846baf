"""One random history: a few orders, unreliable hints, deaths, and requests of people."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from pedidos.crash_points import CrashPoint
from pedidos.domain.audit import Who
from pedidos.domain.handover import Method
from pedidos.domain.options import NO_CHOICES
from pedidos.domain.order import Actor, Status, event_type
from pedidos.domain.order_limits import OrderLimiter, OrderLimits
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.refunds import Cause, Missing, Refund, Wish
from pedidos.domain.scheduling import Schedule
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance
from pedidos.steps.refund import refund
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import HasNoPrice, LimitReached
from pedidos.storage.orders.placing import NewOrder, place
from pedidos.storage.payments.refunds import KeyReused
from pedidos_drills.ledger.records import Answered
from pedidos_drills.simulation.gateway import SimulatedGateway
from pedidos_drills.simulation.ratings import rate_some
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.simulation.steps import POINTS, SETTINGS, AgeableEngine, Death, Deaths, Worker
from pedidos_drills.simulation.street import Street
from pedidos_drills.simulation.world import Products, World
from pedidos_drills.sql.aged import let_acceptance_pass, let_time_come, pass_time

PLACED = event_type(Status.RECEIVED)

Hint = tuple[Step, list[UUID]]

TOKENS = (
    *(["tok_ok"] * 12),
    *(["tok_declined"] * 3),
    *("tok_error_then_ok", "tok_cut", "tok_error_after_charge", "tok_timeout_after_charge", "tok_slow"),
)
LIMITS = OrderLimits(orders_per_minute=1_000_000, unpaid_orders=3, unpaid_units=1_000_000)
"""Of all orders of a history but the first. The account is never quiet, so each of them is counted."""

DEATH, REPEATED, LOST, AGED, INTERRUPTED = 0.12, 0.25, 0.1, 0.2, 0.4
TWICE = 0.3
CHOSEN = 0.3
"""How often an order has a choice of its product."""
SLEEPING = 0.4
REFUNDING, SERVED, UNDONE = 0.4, 0.7, 0.25
"""How often parts of orders are given back at the end, how often an order is accepted before, and how often it is
cancelled after a part."""
"""How often a merchant sleeps when all is done: then there are confirmed orders."""
RATING = 0.5
"""How often the customer rates orders at the end."""
BROUGHT = 0.5
"""How often couriers come when all is done."""
PLANNED = 0.15
"""How many orders are for later."""
LATER = Schedule(datetime(2100, 1, 1, 12, tzinfo=UTC), datetime(2100, 1, 1, 11, tzinfo=UTC))
"""Their time comes when the simulation says so."""
DELIVERED = 0.5
"""How many orders of the open shop are delivered, rather than picked up."""
PASSED_OVER = 0.8
"""How often an old transaction is used after the relay has passed it, instead of AGED."""

PARALLEL = (Step.VALIDATE, Step.RESERVE, Step.CONFIRM)
"""Steps whose result is the same from two workers as from one, whichever gets which order: a seed still replays. A
worker that opens orders also asks the gateway, which leaves nothing to chance meanwhile."""

ROUNDS = 12
"""The watchdog gives up after eight hints; after this many rounds no work is left."""
EVERYTHING = 1000
NEVER_SECONDS = 1e9


class History:
    """Plays one history. told: what happened, as text. orders: the orders placed, in their order. refund_keys: (order,
    key) of each request to give a part back."""

    def __init__(
        self, seed: int, engine: Engine, world: World, products: Products, relay: SimulatedRelay, deaths: Deaths
    ) -> None:
        self.seed = seed
        self.products = products
        self.told: list[str] = []
        self.orders: list[UUID] = []
        self.answers: list[Answered] = []
        self.refund_keys: set[tuple[str, str]] = set()
        self.deaths = 0
        self._chance = random.Random(seed)  # noqa: S311  # the same seed, the same history
        self._picks = random.Random(f"{seed} picks")  # noqa: S311  # as the next one
        self._sleeps = random.Random(f"{seed} sleeps")  # noqa: S311  # apart, so that older seeds keep what they find
        self._returns = random.Random(f"{seed} returns")  # noqa: S311  # the same
        self._street = random.Random(f"{seed} street")  # noqa: S311
        self._ratings = random.Random(f"{seed} ratings")  # noqa: S311
        self._plans = random.Random(f"{seed} plans")  # noqa: S311
        self._ageable = AgeableEngine(engine)
        self._engine = cast(Engine, self._ageable)
        self._world = world
        self._relay = relay
        self._armed = deaths
        self.gateway = SimulatedGateway(self._chance)
        self._limiter = OrderLimiter(LIMITS)
        self._workers = [Worker(self._ageable, self.gateway, deaths, fused=fused) for fused in (False, True)]
        self._fused = self._chance.choice((0.0, 0.5, 1.0))
        self._hints: list[Hint] = []
        self._aged = AGED
        self._looks = 0

    def play(self) -> None:
        """Plays everything that goes wrong, and then continues until all is quiet; many histories do so again.

        Money is returned for orders that were paid, and there are many of these only when all is quiet.
        """
        wanted = self._chance.randint(1, 4)
        for _ in range(self._chance.randint(wanted, 16)):
            if len(self.orders) < wanted and self._chance.random() < 0.4:
                self._place()
            else:
                self._something()
        self._settle_down()
        if self._chance.random() < 0.5 and self.orders:
            self.gateway.reliable = False
            self._cancel()
            for _ in range(self._chance.randint(2, 8)):
                self._something()
            self._settle_down()
        if self._sleeps.random() < SLEEPING and self.orders:
            self.gateway.reliable = False
            self._sleep()
            for _ in range(self._sleeps.randint(0, 5)):
                self._something()
            self._settle_down()
        if self._street.random() < BROUGHT and self.orders:
            Street(self._engine, self._street, self._world.couriers, self.orders, self._tell).play()
            self._relay.publish(EVERYTHING)

        if self._returns.random() < REFUNDING and self.orders:
            self._serve()
            self.gateway.reliable = False
            for _ in range(self._returns.randint(1, 6)):
                self._give_part()
                for _ in range(self._returns.randint(0, 3)):
                    self._something()
            self._settle_down()
        if self._ratings.random() < RATING:
            self.told += rate_some(self._engine, self._ratings, self.orders, self._world.customer)

    @property
    def interrupted(self) -> Sequence[str]:
        """Errors of the steps, which the platform survives but which should be rare."""
        return [error for worker in self._workers for error in worker.errors]

    def _something(self) -> None:
        actions: dict[Callable[[], None], int] = {
            self._deliver: 50 if self._hints else 0,
            self._publish: 18,
            self._stray_hint: 5 if self.orders else 0,
            self._cancel: 6 if self.orders else 0,
            self._fulfil: 3 if self.orders else 0,
            self._expire: 1 if self.orders else 0,
            self._look: 4 if self._looks < 3 else 0,
            self._let_time_pass: 6,
            self._age: 0 if self._ageable.has_old else 9,
            self._pass_over: 15 if self._ageable.has_old else 0,
        }
        (action,) = self._chance.choices(list(actions), list(actions.values()))
        action()

    def _place(self) -> None:
        products = self.products
        product, units = self._chance.choice(
            [(products.plenty, 1), (products.plenty, 2), (products.few, 1), (products.few, 2), (products.closed, 1)]
        )
        key = f"{self.seed}-{len(self.orders)}"
        shop = self._world.closed_shop if product == products.closed else self._world.shop
        items = [(product, units)]
        if product == products.plenty and self._chance.random() < 0.3:
            items.append((products.few, 1))
        token = self._chance.choice(TOKENS)
        extras = self._extras() if shop == self._world.shop else NO_EXTRAS
        if shop == self._world.shop and self._street.random() < DELIVERED:
            extras = replace(extras, method=Method.DELIVERY)
        chosen = [each for each in products.choices if self._picks.random() < CHOSEN and product == products.plenty]
        choices = {0: chosen} if chosen else NO_CHOICES
        hashed = key.encode().ljust(32)[:32]
        schedule = LATER if self._plans.random() < PLANNED else None
        order = NewOrder(
            self._world.customer, shop, items, token, key, hashed, extras=extras, choices=choices, schedule=schedule
        )
        limiter = self._limiter if self.orders else None
        asks = 2 if self._chance.random() < REPEATED else 1
        for ask in range(asks):
            try:
                placed = place(self._engine, order, limiter=limiter)
            except LimitReached as refused:
                self.answers.append(Answered(key, str(self._world.customer), 429, None, 0.0, 0.0, retry_after=True))
                self._tell(f"place {len(self.orders)}: refused, {refused.limit}")
                return
            except HasNoPrice as refused:
                self.answers.append(Answered(key, str(self._world.customer), 422, None, 0.0, 0.0))
                self._tell(f"place {len(self.orders)}: refused, {refused.why}")
                return
            heard = ask == asks - 1 or self._chance.random() < 0.5
            status, told_id = (202, str(placed.order_id)) if heard else (0, None)
            self.answers.append(Answered(key, str(self._world.customer), status, told_id, 0.0, 0.0))
            if placed.order_id not in self.orders:
                self.orders.append(placed.order_id)
        names = {products.plenty: "plenty", products.few: "few", products.closed: "of a closed shop"}
        bought = ", ".join(f"{count} {names[each]}" for each, count in items)
        bought += f", with {len(chosen)} choices" if chosen else ""
        coupon = f"; with a coupon {'of few' if extras.coupon == products.coupons[0].code else 'per person'}"
        self._tell(
            f"order {len(self.orders) - 1}: {bought}; {token}; asked {asks} times{coupon if extras.coupon else ''}"
        )

    def _extras(self) -> Extras:
        """Half of the orders have a coupon."""
        code = self._chance.choice([None, None, *(coupon.code for coupon in self.products.coupons)])
        tip = self._chance.choice([0, 0, 250])
        return Extras(tip_cents=tip, coupon=code) if code or tip else NO_EXTRAS

    def _deliver(self) -> None:
        """Delivers one of the hints at random, so that hints are late and overtake each other."""
        place_in_queue = self._chance.randrange(len(self._hints))
        fate = self._chance.random()
        step, order_ids = self._hints[place_in_queue]
        if fate >= REPEATED:
            del self._hints[place_in_queue]
        if fate >= 1 - LOST:
            self._tell(f"lost: {step} {self._numbers(order_ids)}")
            return
        self._run(step, order_ids)

    def _stray_hint(self) -> None:
        step = self._chance.choice(list(POINTS)[:-1])  # only the watchdog sends orders to the expiry step
        self._run(step, self._chance.choices(self.orders, k=self._chance.randint(1, len(self.orders))))

    def _expire(self) -> None:
        self._run(Step.EXPIRE, self._chance.sample(self.orders, self._chance.randint(1, len(self.orders))))

    def _worker(self) -> Worker:
        """One that opens and closes orders in one commit each, or one that takes the steps one by one."""
        return self._workers[self._chance.random() < self._fused]

    def _run(self, step: Step, order_ids: Sequence[UUID]) -> None:
        worker = self._worker()
        dies_at = self._chance.choice(worker.points(step)) if self._chance.random() < DEATH else None
        aged = self._ageable.has_old and self._chance.random() < self._aged
        asks = step in (Step.CHARGE, Step.UNDO) or (step is Step.VALIDATE and worker.fused)
        interrupted = asks and self._chance.random() < INTERRUPTED
        self._tell(
            f"{step} {self._numbers(order_ids)}"
            + (" together" if worker.fused else "")
            + (f", dies at {dies_at}" if dies_at else "")
            + (", in an old transaction" if aged else "")
        )
        if step in PARALLEL and not dies_at and not aged and self._chance.random() < TWICE:
            self._tell("by two workers at once")
            with self.gateway.sober():
                self._hints += worker.run_twice(step, order_ids)
            return
        self._armed.armed, self._ageable.use_old = dies_at, aged
        self.gateway.amid = (lambda: self._interrupt(step, order_ids)) if interrupted else lambda: None
        try:
            for next_step, moved in worker.run(step, order_ids):
                self._hints.append((next_step, sorted(moved)))
        except Death:
            self.deaths += 1
            worker.start()
            if self._chance.random() < 0.5:
                self._hints.append((step, list(order_ids)))  # the broker redelivers what was not acknowledged
        finally:
            self._armed.armed, self._ageable.use_old = None, False
            self.gateway.amid = lambda: None

    def _interrupt(self, step: Step, order_ids: Sequence[UUID]) -> None:
        """During a request to the gateway: the worker is delayed, perhaps past its lease, and the others continue."""
        self.gateway.amid = lambda: None
        armed, self._armed.armed = self._armed.armed, None
        self._tell("meanwhile:")
        if self._chance.random() < 0.5:
            self._let_time_pass()
            self._run(Step.CHARGE if step is Step.VALIDATE else step, order_ids)
        else:
            for _ in range(self._chance.randint(1, 3)):
                self._something()
        self._tell(f"{step} {self._numbers(order_ids)} goes on")
        self._armed.armed = armed

    def _publish(self, most: int = 0) -> None:
        saved = self._chance.random() >= DEATH
        events = self._relay.publish(most or self._chance.randint(1, 6), saved=saved)
        if events:
            self._tell(f"relay: {len(events)} events{'' if saved else ', dies before it saves its position'}")
        self._bridge([UUID(event.order_id) for event in events if event.type == PLACED])

    def _bridge(self, order_ids: list[UUID]) -> None:
        own = [order_id for order_id in order_ids if order_id in self.orders]
        if own:
            self._hints.append((Step.VALIDATE, own))

    def _cancel(self) -> None:
        order_id, actor = self._chance.choice(self.orders), self._chance.choice((Actor.CUSTOMER, Actor.MERCHANT))
        dies = self._chance.random() < DEATH
        aged = self._ageable.has_old and self._chance.random() < self._aged
        armed, self._armed.armed = self._armed.armed, CrashPoint.CANCEL_UNDOING if dies else None
        self._ageable.use_old = aged
        try:
            outcome = str(cancel(self._engine, order_id, actor, actor))
        except Death:
            self.deaths += 1
            outcome = "dies at cancel.undoing"
        except ConstraintViolated as error:  # without the safeguard, a constraint of the schema still holds
            self._workers[0].errors.append(f"cancel: {error}")
            outcome = f"fails: {error}"
        finally:
            self._armed.armed, self._ageable.use_old = armed, False
        if self._chance.random() < 0.5:  # perhaps the watchdog runs at once
            self._hints.append((Step.UNDO, [order_id]))
        how = ", in an old transaction" if aged else ""
        self._tell(f"cancel {self._numbers([order_id])} by the {actor}{how}: {outcome}")

    def _fulfil(self) -> None:
        order_id = self._chance.choice(self.orders)
        target = self._chance.choice((Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED))
        if target is Status.PREPARING:
            outcome = accept(self._engine, order_id, "merchant", SETTINGS.acceptance_seconds)
        else:
            outcome = advance(self._engine, order_id, target, "merchant")
        self._tell(f"{target} {self._numbers([order_id])}: {outcome}")

    def _sleep(self) -> None:
        """The time in which the merchant could accept an order passes, and it accepts it even so, or it ends."""
        order_id = self._sleeps.choice(self.orders)
        self._tell(f"the merchant of {self._numbers([order_id])} sleeps")
        let_acceptance_pass(self._engine, order_id)
        if self._sleeps.random() < 0.5:
            outcome = accept(self._engine, order_id, "merchant", SETTINGS.acceptance_seconds)
            self._tell(f"preparing {self._numbers([order_id])}, too late: {outcome}")
        elif self._sleeps.random() < 0.5:
            self._run(Step.EXPIRE, [order_id])

    def _serve(self) -> None:
        """Merchants accept their orders, and deliver some of them."""
        for order_id in self.orders:
            if self._returns.random() < SERVED:
                accept(self._engine, order_id, "merchant", SETTINGS.acceptance_seconds)
                if self._returns.random() < 0.5:
                    advance(self._engine, order_id, Status.ON_ITS_WAY, "merchant")
                    advance(self._engine, order_id, Status.DELIVERED, "merchant")

    def _give_part(self) -> None:
        """Gives a part of an order back. The request may be repeated, and another one may have its key."""
        order_id = self._returns.choice(self.orders)
        key = f"{self.seed}-{self._returns.randrange(4)}"
        wish = self._wish()
        self.refund_keys.add((str(order_id), key))
        for _ in range(2 if self._returns.random() < TWICE else 1):
            try:
                made = refund(self._engine, order_id, wish, key, self._world.customer, Who())
                said: str = made.status if isinstance(made, Refund) else made.reason
            except KeyReused:
                said = "the key was used for another refund"
            except ConstraintViolated as error:  # without the safeguard, a constraint of the schema still holds
                self._workers[0].errors.append(f"refund: {error}")
                said = f"fails: {error}"
            what = wish.cents or f"{wish.missing[0].quantity} missing"
            self._tell(f"give back {what} of {self._numbers([order_id])} under {key}: {said}")
        if self._returns.random() < UNDONE:
            outcome = cancel(self._engine, order_id, Actor.MERCHANT, "merchant")
            self._tell(f"cancel {self._numbers([order_id])} by the merchant, with parts on their way: {outcome}")
        if self._returns.random() < 0.5:  # perhaps the watchdog runs at once
            self._hints.append((Step.UNDO, [order_id]))

    def _wish(self) -> Wish:
        if self._returns.random() < 0.5:
            return Wish(Cause.GOODWILL, self._returns.choice((1, 300, 550, 1400, 1990)))
        product = self._returns.choice((self.products.plenty, self.products.few))
        return Wish(Cause.ITEMS_MISSING, missing=[Missing(product, self._returns.randint(1, 2))])

    def _look(self) -> None:
        """Runs the watchdog."""
        self._looks += 1
        for step, order_ids in self._found():
            self._tell(f"watchdog: {step} {self._numbers(order_ids)}")
            self._hints.append((step, order_ids))

    def _found(self) -> list[Hint]:
        never = PaymentTerms(deadline=NEVER_SECONDS, limit=NEVER_SECONDS)
        found = forgotten_work(
            self._engine,
            frozenset(),
            stalled_after_seconds=0.0,
            terms=never,
            acceptance_seconds=SETTINGS.acceptance_seconds,
        )
        own = set(self.orders)
        return [(step, ours) for step, order_ids in found if (ours := [each for each in order_ids if each in own])]

    def _let_time_pass(self) -> None:
        self._tell("time passes")
        pass_time(self._engine, self.orders)
        self.gateway.pass_time()

    def _age(self) -> None:
        self._tell("a transaction begins, and gets its number")
        self._aged = AGED
        self._ageable.age()

    def _pass_over(self) -> None:
        """Others write meanwhile and are published, so the relay passes the place of the old transaction."""
        self._aged = 0.0
        for _ in range(2):
            if self._hints:
                self._deliver()
        self._tell("the relay goes on past the old transaction")
        self._relay.pass_over()
        self._publish(EVERYTHING)
        self._aged = PASSED_OVER

    def _settle_down(self) -> None:
        """Nothing more goes wrong, and forgotten work is found again."""
        self._ageable.forget_old()
        self.gateway.reliable = True
        let_time_come(self._engine, self.orders)
        for _ in range(ROUNDS):
            self._bridge([UUID(e.order_id) for e in self._relay.publish(EVERYTHING) if e.type == PLACED])
            self._let_time_pass()
            self._hints += self._found()
            if not self._hints:
                break
            while self._hints:
                step, order_ids = self._hints.pop(0)
                worker = self._worker()
                self._tell(f"{step} {self._numbers(order_ids)}{' together' if worker.fused else ''}")
                for next_step, moved in worker.run(step, order_ids):
                    self._hints.append((next_step, sorted(moved)))
        self._relay.publish(EVERYTHING)

    def _numbers(self, order_ids: Sequence[UUID]) -> str:
        return ",".join(str(self.orders.index(order_id)) for order_id in order_ids)

    def _tell(self, words: str) -> None:
        self.told.append(words)
