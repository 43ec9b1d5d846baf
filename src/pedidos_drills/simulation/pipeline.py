"""What moves the orders of a history: unreliable hints, workers that die, a relay, a watchdog, old transactions."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.order import Status, event_type
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos_drills.simulation.gateway import SimulatedGateway
from pedidos_drills.simulation.relay import SimulatedRelay
from pedidos_drills.simulation.steps import POINTS, SETTINGS, AgeableEngine, Death, Deaths, Worker
from pedidos_drills.simulation.story import Story
from pedidos_drills.sql.aged import let_time_come, pass_time

PLACED = event_type(Status.RECEIVED)

Hint = tuple[Step, list[UUID]]

DEATH, REPEATED, LOST, AGED, INTERRUPTED = 0.12, 0.25, 0.1, 0.2, 0.4
TWICE = 0.3
"""How often two workers run a step at once."""
PASSED_OVER = 0.8
"""How often an old transaction is used after the relay has passed it, instead of AGED."""

PARALLEL = (Step.VALIDATE, Step.RESERVE, Step.CONFIRM)
"""Steps whose result is the same from two workers as from one, whichever gets which order: a seed still replays. A
worker that opens orders also asks the gateway, which leaves nothing to chance meanwhile."""

ROUNDS = 12
"""The watchdog gives up after eight hints; after this many rounds no work is left."""
KEPT_ROUNDS = 3
"""How often the provider is asked while it gives no money back."""
EVERYTHING = 1000
NEVER_SECONDS = 1e9


class Pipeline:
    """engine: of the processes of the product; some of its transactions began long ago. deaths: how many of them died.
    looks: how often the watchdog ran while things went wrong."""

    def __init__(
        self,
        engine: Engine,
        relay: SimulatedRelay,
        deaths: Deaths,
        chance: Random,
        story: Story,
        something: Callable[[], None],
    ) -> None:
        """something: lets something else happen, while a worker waits for the gateway."""
        self._ageable = AgeableEngine(engine)
        self.engine = cast(Engine, self._ageable)
        self.gateway = SimulatedGateway(chance)
        self.hints: list[Hint] = []
        self.deaths = 0
        self.looks = 0
        self._relay = relay
        self._armed = deaths
        self._chance = chance
        self._story = story
        self._something = something
        self._workers = [Worker(self._ageable, self.gateway, deaths, fused=fused) for fused in (False, True)]
        self._fused = chance.choice((0.0, 0.5, 1.0))
        self._aged = AGED

    @property
    def errors(self) -> Sequence[str]:
        """Errors of the steps and of requests, which the platform survives but which should be rare."""
        return [error for worker in self._workers for error in worker.errors]

    @property
    def has_old(self) -> bool:
        """Whether a transaction began long ago."""
        return self._ageable.has_old

    def note(self, error: str) -> None:
        """An error outside of a worker."""
        self._workers[0].errors.append(error)

    def takes_old(self) -> bool:
        """Whether what comes next uses the old transaction."""
        return self._ageable.has_old and self._chance.random() < self._aged

    @contextmanager
    def endangered(self, dies_at: str | None, *, aged: bool) -> Iterator[None]:
        """Inside, the process dies at this point, and the next transaction is the old one."""
        armed, self._armed.armed = self._armed.armed, dies_at
        self._ageable.use_old = aged
        try:
            yield
        finally:
            self._armed.armed, self._ageable.use_old = armed, False

    def deliver(self) -> None:
        """Delivers one of the hints at random, so that hints are late and overtake each other."""
        place_in_queue = self._chance.randrange(len(self.hints))
        fate = self._chance.random()
        step, order_ids = self.hints[place_in_queue]
        if fate >= REPEATED:
            del self.hints[place_in_queue]
        if fate >= 1 - LOST:
            self._story.tell(f"lost: {step} {self._story.numbers(order_ids)}")
            return
        self.run(step, order_ids)

    def stray_hint(self) -> None:
        step = self._chance.choice(list(POINTS)[:-1])  # only the watchdog sends orders to the expiry step
        self.run(step, self._chance.choices(self._story.orders, k=self._chance.randint(1, len(self._story.orders))))

    def expire(self) -> None:
        orders = self._story.orders
        self.run(Step.EXPIRE, self._chance.sample(orders, self._chance.randint(1, len(orders))))

    def run(self, step: Step, order_ids: Sequence[UUID]) -> None:
        """A worker runs the step; it may die, be delayed, run beside another, or get the old transaction."""
        worker = self._worker()
        dies_at = self._chance.choice(worker.points(step)) if self._chance.random() < DEATH else None
        aged = self.takes_old()
        asks = step in (Step.CHARGE, Step.UNDO) or (step is Step.VALIDATE and worker.fused)
        interrupted = asks and self._chance.random() < INTERRUPTED
        self._story.tell(
            f"{step} {self._story.numbers(order_ids)}"
            + (" together" if worker.fused else "")
            + (f", dies at {dies_at}" if dies_at else "")
            + (", in an old transaction" if aged else "")
        )
        if step in PARALLEL and not dies_at and not aged and self._chance.random() < TWICE:
            self._story.tell("by two workers at once")
            with self.gateway.sober():
                self.hints += worker.run_twice(step, order_ids)
            return
        self.gateway.amid = (lambda: self._interrupt(step, order_ids)) if interrupted else lambda: None
        with self.endangered(dies_at, aged=aged):
            try:
                for next_step, moved in worker.run(step, order_ids):
                    self.hints.append((next_step, sorted(moved)))
            except Death:
                self.deaths += 1
                worker.start()
                if self._chance.random() < 0.5:
                    self.hints.append((step, list(order_ids)))  # the broker redelivers what was not acknowledged
            finally:
                self.gateway.amid = lambda: None

    def _worker(self) -> Worker:
        """One that opens and closes orders in one commit each, or one that takes the steps one by one."""
        return self._workers[self._chance.random() < self._fused]

    def _interrupt(self, step: Step, order_ids: Sequence[UUID]) -> None:
        """During a request to the gateway: the worker is delayed, perhaps past its lease, and the others continue."""
        self.gateway.amid = lambda: None
        armed, self._armed.armed = self._armed.armed, None
        self._story.tell("meanwhile:")
        if self._chance.random() < 0.5:
            self.let_time_pass()
            self.run(Step.CHARGE if step is Step.VALIDATE else step, order_ids)
        else:
            for _ in range(self._chance.randint(1, 3)):
                self._something()
        self._story.tell(f"{step} {self._story.numbers(order_ids)} goes on")
        self._armed.armed = armed

    def publish(self, most: int = 0) -> None:
        """The relay publishes some events, 6 at most unless said otherwise; it may die before it saves its position."""
        saved = self._chance.random() >= DEATH
        events = self._relay.publish(most or self._chance.randint(1, 6), saved=saved)
        if events:
            self._story.tell(f"relay: {len(events)} events{'' if saved else ', dies before it saves its position'}")
        self._bridge([UUID(event.order_id) for event in events if event.type == PLACED])

    def publish_rest(self) -> None:
        """The relay publishes all that there is."""
        self._relay.publish(EVERYTHING)

    def _bridge(self, order_ids: list[UUID]) -> None:
        own = [order_id for order_id in order_ids if order_id in self._story.orders]
        if own:
            self.hints.append((Step.VALIDATE, own))

    def look(self) -> None:
        """Runs the watchdog."""
        self.looks += 1
        for step, order_ids in self._found():
            self._story.tell(f"watchdog: {step} {self._story.numbers(order_ids)}")
            self.hints.append((step, order_ids))

    def _found(self) -> list[Hint]:
        never = PaymentTerms(deadline=NEVER_SECONDS, limit=NEVER_SECONDS)
        found = forgotten_work(
            self.engine,
            frozenset(),
            stalled_after_seconds=0.0,
            terms=never,
            acceptance_seconds=SETTINGS.acceptance_seconds,
        )
        own = set(self._story.orders)
        return [(step, ours) for step, order_ids in found if (ours := [each for each in order_ids if each in own])]

    def let_time_pass(self) -> None:
        self._story.tell("time passes")
        pass_time(self.engine, self._story.orders)
        self.gateway.pass_time()

    def age(self) -> None:
        self._story.tell("a transaction begins, and gets its number")
        self._aged = AGED
        self._ageable.age()

    def pass_over(self) -> None:
        """Others write meanwhile and are published, so the relay passes the place of the old transaction."""
        self._aged = 0.0
        for _ in range(2):
            if self.hints:
                self.deliver()
        self._story.tell("the relay goes on past the old transaction")
        self._relay.pass_over()
        self.publish(EVERYTHING)
        self._aged = PASSED_OVER

    def keep_money(self) -> None:
        """The provider answers no request to give money back for a while, however often it is asked."""
        self.gateway.keeps_money = True
        for _ in range(KEPT_ROUNDS):
            self.let_time_pass()
            self.run(Step.UNDO, self._story.orders)
        self.gateway.keeps_money = False

    def settle_down(self) -> None:
        """Nothing more goes wrong, and forgotten work is found again."""
        self._ageable.forget_old()
        self.gateway.reliable = True
        let_time_come(self.engine, self._story.orders)
        for _ in range(ROUNDS):
            self._bridge([UUID(e.order_id) for e in self._relay.publish(EVERYTHING) if e.type == PLACED])
            self.let_time_pass()
            self.hints += self._found()
            if not self.hints:
                break
            while self.hints:
                step, order_ids = self.hints.pop(0)
                worker = self._worker()
                self._story.tell(f"{step} {self._story.numbers(order_ids)}{' together' if worker.fused else ''}")
                for next_step, moved in worker.run(step, order_ids):
                    self.hints.append((next_step, sorted(moved)))
        self.publish_rest()
