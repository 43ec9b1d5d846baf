"""The soak: chosen by the seed alone, and only of faults that can happen."""

import random

from pedidos.setup.demo import PRODUCTS, demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_drills.platform import PROXIES
from pedidos_drills.random_faults import FAULTS, WIRES, hold_row
from pedidos_drills.soak import ROUND_SECONDS, choose, rounds
from pedidos_drills.sql.holding import ROWS


def test_the_rounds_take_the_minutes_that_were_asked_for() -> None:
    drills = list(rounds(5.0, seed=1, rate=20.0))
    assert sum(drill.orders for drill in drills) == 5 * 60 * 20
    assert [drill.orders / drill.rate for drill in drills] == [ROUND_SECONDS, ROUND_SECONDS, 60.0]


def test_the_same_seed_chooses_the_same_faults() -> None:
    def chosen(seed: int) -> list[tuple[float, str]]:
        dice = random.Random(seed)
        return [(fault.weight, target) for fault, target in (choose(dice) for _ in range(200))]

    assert chosen(1) == chosen(1) != chosen(2)
    assert {target for _, target in chosen(1)} >= {"worker-1", "relay-1", "gateway", "broker"}


def test_every_wire_is_there() -> None:
    assert set(WIRES) <= PROXIES.keys()
    assert all(fault.targets and fault.weight > 0 for fault in FAULTS)


def test_every_row_that_is_held_is_there() -> None:
    there = {product.id for product in PRODUCTS} | {demo_id(account.number) for account in ACCOUNTS}
    for target in next(fault.targets for fault in FAULTS if fault.happens is hold_row):
        what, numbers = target.split(" ")
        assert what in ROWS
        assert {demo_id(int(number)) for number in numbers.split("/")} <= there
