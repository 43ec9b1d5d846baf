"""Counters of processes that start again."""

from pedidos.processes.web.figures.exposition import STARTED, series
from pedidos.processes.web.figures.totals import Totals
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED

ACCEPTED = series(ORDERS_ACCEPTED)


def answer(count: float, started: float = 0.0) -> dict[str, float]:
    return {ACCEPTED: count, STARTED: started}


def test_what_was_counted_before_the_first_reading_is_not_new() -> None:
    totals = Totals()
    assert totals.add(100, {"api-1": answer(5000)})[ACCEPTED] == 0
    assert totals.add(101, {"api-1": answer(5003)})[ACCEPTED] == 3


def test_processes_are_added_up() -> None:
    totals = Totals()
    totals.add(100, {"api-1": answer(10), "api-2": answer(20)})
    assert totals.add(101, {"api-1": answer(11), "api-2": answer(22)})[ACCEPTED] == 3


def test_a_process_counts_from_zero_after_a_restart() -> None:
    totals = Totals()
    totals.add(100, {"api-1": answer(10)})
    totals.add(101, {"api-1": answer(12)})
    totals.add(102, {})  # it does not answer
    assert totals.add(103, {"api-1": answer(5, started=102)})[ACCEPTED] == 7
    # It has counted more than before by then.
    assert totals.add(104, {"api-1": answer(100, started=103.5)})[ACCEPTED] == 107


def test_a_new_process_counts_fully_and_one_that_was_found_late_does_not() -> None:
    totals = Totals()
    totals.add(100, {"api-1": answer(10)})
    assert totals.add(110, {"api-1": answer(10), "api-2": answer(4, started=105)})[ACCEPTED] == 4
    assert totals.add(120, {"api-1": answer(10), "api-3": answer(4, started=50)})[ACCEPTED] == 4
