"""Seeded histories over the real steps and a real PostgreSQL: all hold, and without a safeguard some do not."""

import pytest
from sqlalchemy import Engine

from pedidos.storage.event_log import shards
from pedidos_drills.safeguard import switched_off
from pedidos_drills.safeguards import load
from pedidos_drills.simulation.run import Failed, Tally, simulate

SEED = 1
HISTORIES = 500
SHARDED = 25
FOUND_WITHIN = 2000
"""Histories within which the simulation must find that a safeguard is missing; mostly it is the first few."""

NEEDED = {
    "guarded-transition": "nothing stuck",
    "row-lock": "stock",
    "log-order": "history",
    "snapshot-bound": "history",
    "write-fence": "history",
    "shards-in-turn": "history",
    "own-position": "history",
    "leaders-watched": "history",
    "order-key": "nothing invented",
    "unknown-outcome": "money",
    "lease-take-over": "nothing stuck",
    "lease-fence": "history",
    "stock-given-back": "stock",
    "money-given-back": "money",
    "refund-bound": "money",
    "refund-once": "money",
    "refund-key": "money",
    "coupon-given-back": "stock",
    "watchdog": "nothing stuck",
    "scheduled-found": "nothing stuck",
    "release-time": "history",
    "unaccepted-found": "accepted in time",
    "acceptance-limit": "accepted in time",
    "courier-epoch": "handed over",
    "rating-delivered": "history",
}
"""The safeguards of the rules, and what is found broken first without each."""

SERVED = ("confirmed", "preparing", "on_its_way", "delivered")

pytestmark = pytest.mark.usefixtures("clean")


def first_failure(engine: Engine, seed: int, histories: int, shards: int = 1) -> Failed | None:
    return next(simulate(engine, seed, histories, shards=shards), None)


def told(failed: Failed | None) -> str:
    """What a person needs to know of a history that does not hold."""
    if failed is None:
        return ""
    findings = [finding for verdict in failed.verdicts for finding in verdict.findings]
    return "\n".join([f"pedidos drill simulate --histories 1 --seed {failed.seed}", *failed.told, str(findings)])


def test_all_holds_after_every_history(engine: Engine) -> None:
    tally = Tally()
    failed = next(simulate(engine, SEED, HISTORIES, tally), None)
    assert failed is None, told(failed)
    assert tally.histories == HISTORIES
    assert tally.deaths > HISTORIES / 10
    # Histories that never come far would prove little.
    assert {"confirmed", "rejected", "unavailable", "declined", "cancelled"} <= set(tally.ends)
    assert sum(tally.ends[state] for state in SERVED) > tally.orders / 4
    assert tally.ends["delivered"] > 0
    assert {"preparing", "on_its_way", "delivered"} <= set(tally.ends)
    assert not tally.errors


def test_all_holds_while_the_number_of_shards_is_raised(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[int] = []
    raise_to = shards.raise_to

    def noted(engine: Engine, parts: int) -> int:
        raised.append(parts)
        return raise_to(engine, parts)

    monkeypatch.setattr(shards, "raise_to", noted)
    tally = Tally()
    failed = next(simulate(engine, SEED, SHARDED, tally, shards=3), None)
    assert failed is None, told(failed)
    assert tally.histories == SHARDED
    assert len(raised) > SHARDED / 10


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_safeguard_is_found(engine: Engine, name: str) -> None:
    safeguard = load(name)
    with switched_off(safeguard):
        failed = first_failure(engine, SEED, FOUND_WITHIN, safeguard.alone.get("relay_shards", 1))
    assert failed is not None
    assert NEEDED[name] in {verdict.invariant for verdict in failed.verdicts if not verdict.holds}


def test_a_seed_replays_the_same_history(engine: Engine) -> None:
    with switched_off(load("unknown-outcome")):
        failed = first_failure(engine, SEED, FOUND_WITHIN)
        assert failed is not None
        again = first_failure(engine, failed.seed, 1)
    assert again is not None
    assert again.told == failed.told
    assert first_failure(engine, failed.seed, 1) is None  # with the safeguard it holds
