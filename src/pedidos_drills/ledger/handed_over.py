"""Whether each order came to its customer by the courier who had it last, and once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pedidos.domain.order import Status


@dataclass(frozen=True, slots=True)
class Turn:
    """A courier's time with an order, as it is stored. ending: None while the courier has it."""

    epoch: int
    courier: str
    ending: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the order that a courier, or who else, has caused. epoch: None if it was no courier."""

    type: str
    by: str
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Handed:
    """An order that a courier had. turns: by their epochs. told: its events, by their versions. wrong_codes: tried."""

    order_id: str
    status: Status
    turns: Sequence[Turn]
    told: Sequence[Told]
    wrong_codes: int = 0


MOST_WRONG_CODES = 5


def problems(handed: Handed) -> Iterable[str]:
    """What is wrong with the turns of an order, and with what its events say about them."""
    turns = handed.turns
    if [turn.epoch for turn in turns] != list(range(1, len(turns) + 1)):
        yield f"was taken under the epochs {[turn.epoch for turn in turns]}"
    assigned = [(told.epoch, told.by) for told in handed.told if told.type == "order.courier_assigned"]
    if assigned != [(turn.epoch, f"courier:{turn.courier}") for turn in turns]:
        yield f"was taken {len(turns)} times, its events tell of {len(assigned)}, or of others"
    given_back = [told.epoch for told in handed.told if told.type == "order.courier_left"]
    if given_back != [turn.epoch for turn in turns if turn.ending == "given_back"]:
        yield f"was given back under the epochs {given_back}, as its events tell"
    for turn in turns[:-1]:
        if turn.ending in (None, "delivered"):
            yield f"is {turn.ending or 'still held'} under the epoch {turn.epoch}, and was taken again"
    if handed.wrong_codes > MOST_WRONG_CODES:
        yield f"{handed.wrong_codes} wrong codes were tried"
    yield from _delivered(handed)


def _delivered(handed: Handed) -> Iterable[str]:
    delivered = [told for told in handed.told if told.type == "order.delivered"]
    last = handed.turns[-1] if handed.turns else None
    if len(delivered) > 1:
        yield f"was delivered {len(delivered)} times"
    by_courier = [told for told in delivered if told.by.startswith("courier:")]
    for told in by_courier:
        if last is None or (told.epoch, told.by) != (last.epoch, f"courier:{last.courier}"):
            yield f"was delivered under the epoch {told.epoch}, the latest is {last.epoch if last else 0}"
    ended = [turn for turn in handed.turns if turn.ending == "delivered"]
    if len(ended) != len(by_courier):
        yield f"{len(ended)} couriers have delivered it, its events tell of {len(by_courier)}"
    if handed.status is Status.DELIVERED and last is not None and last.ending is None:
        yield "was delivered, and a courier still has it"
