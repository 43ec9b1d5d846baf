"""Couriers in a history: they take orders, lose them to each other, come late, and mistype codes."""

import random
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.couriers import Courier
from pedidos.domain.order import Refusal, Status
from pedidos.steps.deliver import deliver, give_back, pick_up, take
from pedidos.steps.fulfil import accept, advance, make_ready
from pedidos_drills.simulation.steps import SETTINGS
from pedidos_drills.sql.aged import let_lease_pass
from pedidos_drills.sql.codes import code_of

LEASE_SECONDS = 3600.0
"""It ends when the simulation lets it pass."""
HAPPENINGS = (4, 14)

Claim = tuple[UUID, Courier, int]
"""A courier that has taken an order, under this epoch. It still believes that long after it has lost it."""


class Street:
    """The way of the orders of a history to their customer."""

    def __init__(
        self,
        engine: Engine,
        dice: random.Random,
        couriers: Sequence[Courier],
        orders: Sequence[UUID],
        tell: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._dice = dice
        self._couriers = couriers
        self._orders = orders
        self._tell = tell
        self._claims: list[Claim] = []

    def play(self) -> None:
        """The shop accepts what it can, and then things happen at random."""
        for order_id in self._orders:
            accept(self._engine, order_id, "merchant", SETTINGS.acceptance_seconds)
        for _ in range(self._dice.randint(*HAPPENINGS)):
            order_id = self._dice.choice(self._orders)
            claims = [claim for claim in self._claims if claim[0] == order_id]
            what: dict[Callable[[UUID, list[Claim]], str], int] = {
                self._take: 6,
                self._pick_up: 6 if claims else 0,
                self._deliver: 8 if claims else 0,
                self._give_back: 2 if claims else 0,
                self._lose: 4 if claims else 0,
                self._by_the_shop: 1,
                self._make_ready: 3,
            }
            (happens,) = self._dice.choices(list(what), list(what.values()))
            self._tell(f"{self._orders.index(order_id)}: {happens(order_id, claims)}")

    def _take(self, order_id: UUID, _claims: list[Claim]) -> str:
        courier = self._dice.choice(self._couriers)
        try:
            taken = take(self._engine, order_id, courier, LEASE_SECONDS)
        except LookupError:
            return "it is of the shop that never opens"
        if isinstance(taken, int) and (order_id, courier, taken) not in self._claims:
            self._claims.append((order_id, courier, taken))
        return f"courier {self._couriers.index(courier)} takes it: {_said(taken)}"

    def _pick_up(self, order_id: UUID, claims: list[Claim]) -> str:
        _, courier, epoch = self._dice.choice(claims)
        outcome = pick_up(self._engine, order_id, courier, epoch, LEASE_SECONDS)
        return f"courier {self._couriers.index(courier)} picks it up under {epoch}: {_said(outcome)}"

    def _deliver(self, order_id: UUID, claims: list[Claim]) -> str:
        _, courier, epoch = self._dice.choice(claims)
        right = self._dice.random() < 0.7
        code = code_of(self._engine, order_id) if right else "none"
        outcome = deliver(self._engine, order_id, courier, epoch, code)
        how = "" if right else ", with a wrong code"
        return f"courier {self._couriers.index(courier)} delivers it under {epoch}{how}: {_said(outcome)}"

    def _give_back(self, order_id: UUID, claims: list[Claim]) -> str:
        _, courier, epoch = self._dice.choice(claims)
        outcome = give_back(self._engine, order_id, courier, epoch)
        return f"courier {self._couriers.index(courier)} gives it back under {epoch}: {_said(outcome)}"

    def _lose(self, order_id: UUID, _claims: list[Claim]) -> str:
        let_lease_pass(self._engine, order_id)
        return "the time of its courier is over"

    def _by_the_shop(self, order_id: UUID, _claims: list[Claim]) -> str:
        target = self._dice.choice((Status.ON_ITS_WAY, Status.DELIVERED))
        return f"the shop makes it {target}: {_said(advance(self._engine, order_id, target, 'merchant'))}"

    def _make_ready(self, order_id: UUID, _claims: list[Claim]) -> str:
        return f"the shop says that it is ready: {_said(make_ready(self._engine, order_id, 'merchant'))}"


def _said(outcome: object) -> str:
    return str(outcome.reason) if isinstance(outcome, Refusal) else "done" if outcome is None else str(outcome)
