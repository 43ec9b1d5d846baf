"""The gateway's side: which charges the database disagrees with, and returning money that belongs to no order."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.order import Actor, Refusal
from pedidos.domain.payment import Verdict
from pedidos.domain.reconciling import GIVEN_BACK, Case, Charge, judge
from pedidos.payments.listing import charges
from pedidos.payments.port import PaymentProvider, Undo
from pedidos.sentence import Sentence
from pedidos.settings.groups.orders import GatewaySettings
from pedidos.steps.cancel import cancel
from pedidos.storage.payments import reconciling

UNDO_SECONDS = 30.0
AT_ONCE = 500

T = TypeVar("T")


class Difference(NamedTuple):
    charge: Charge
    case: Case


class Settled(NamedTuple):
    """words: what was done, or why it was not possible."""

    difference: Difference
    done: bool
    words: str


def differences(engine: Engine, settings: GatewaySettings, since: datetime) -> list[Difference]:
    """Charges made or refunded since then that the database disagrees with. Raises listing.NoList.

    The gateway is asked first: an order is committed before it is charged, so one that is missing afterwards will never
    appear.
    """

    async def gather() -> list[Charge]:
        return [charge async for page in charges(settings, since) for charge in page]

    found: list[Difference] = []
    for some in _in_parts(asyncio.run(gather())):
        known = reconciling.known(engine, [charge.order_id for charge in some])
        judged = ((charge, judge(charge, known.get(charge.order_id))) for charge in some)
        found += [Difference(charge, case) for charge, case in judged if case is not None]
    return found


def settle(engine: Engine, gateway: PaymentProvider, found: Sequence[Difference], who: Who) -> Iterator[Settled]:
    """Carries out the cases and records it; reports each one. Repeating it changes nothing."""
    yield from _give_back(engine, gateway, [one for one in found if one.case in GIVEN_BACK], who)
    for one in found:
        if one.case is Case.RETURNED:
            outcome = cancel(engine, one.charge.order_id, Actor.MERCHANT, str(who))
            refused = isinstance(outcome, Refusal)
            yield Settled(one, not refused, outcome.reason if isinstance(outcome, Refusal) else "cancelled")
        elif one.case is Case.UNDER_WAY:
            yield Settled(one, False, Sentence("left to the pipeline"))


def _give_back(engine: Engine, gateway: PaymentProvider, found: Sequence[Difference], who: Who) -> Iterator[Settled]:
    for some in _in_parts(found):
        yield from _give_some_back(engine, gateway, some, who)


def _give_some_back(
    engine: Engine, gateway: PaymentProvider, found: Sequence[Difference], who: Who
) -> Iterator[Settled]:
    # A provider that forgets keys can have two charges under one: they are asked about one after the other.
    by_key: dict[str, Difference] = {}
    again = []
    for one in found:
        if by_key.setdefault(one.charge.key, one) is not one:
            again.append(one)
    undos = [Undo(key, one.charge.amount_cents, one.charge.reference) for key, one in by_key.items()]
    for answers in gateway.undo_many(undos, UNDO_SECONDS):
        known = {key: answer for key, answer in answers if answer.verdict is not Verdict.UNKNOWN}
        reconciling.record(
            engine,
            {
                key: (by_key[key].charge.amount_cents, answer.verdict.value, answer.reference)
                for key, answer in known.items()
            },
            who,
        )
        for key, answer in answers:
            yield Settled(by_key[key], key in known, str(answer.verdict if key in known else answer.reason))
    if again:
        yield from _give_some_back(engine, gateway, again, who)


def _in_parts(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    return (all_of_them[first : first + AT_ONCE] for first in range(0, len(all_of_them), AT_ONCE))
