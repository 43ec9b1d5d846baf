"""What a restore may take away: orders that were accepted after its moment, and none before."""

from dataclasses import dataclass

from pedidos_drills.ledger.undone import Undone, undone_orders

RESTORE = Undone(marked=10.0, over=20.0)


@dataclass(frozen=True, slots=True)
class Answered:
    order_id: str | None
    at: float


def test_only_orders_that_are_gone_and_were_accepted_after_the_moment() -> None:
    answers = [
        Answered("accepted-before", 10.0),
        Answered("accepted-since", 10.1),
        Answered("still-there", 12.0),
        Answered(None, 13.0),
        Answered("accepted-last", 20.0),
        Answered("accepted-by-the-restored-database", 20.1),
    ]
    assert undone_orders(answers, {"still-there"}, [RESTORE]) == {"accepted-since", "accepted-last"}


def test_an_answer_that_was_repeated_counts_when_it_came_first() -> None:
    answers = [Answered("order", 15.0), Answered("order", 9.0)]
    assert undone_orders(answers, (), [RESTORE]) == frozenset()


def test_without_a_restore_nothing_may_be_gone() -> None:
    assert undone_orders([Answered("order", 15.0)], (), []) == frozenset()
