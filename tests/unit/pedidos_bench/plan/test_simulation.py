"""The simulation loses nothing, is the same each time, and agrees with queueing theory where theory has an answer."""

import random
from collections.abc import Sequence
from itertools import accumulate
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedidos_bench.plan import sizes
from pedidos_bench.plan.costs import KNOWN
from pedidos_bench.plan.fit import fit, one_of_each
from pedidos_bench.plan.model import Assumptions, Counts, plan
from pedidos_bench.plan.pipeline import EVENTS_OF_COMMIT, Outcome, Pipeline, Prices
from pedidos_bench.plan.settings import PlanSettings
from pedidos_bench.plan.simulation import Clock, Crew, Station

SETTINGS = PlanSettings()
PRICES = Prices(KNOWN.full, KNOWN.alone)
ONE = one_of_each(SETTINGS)
MANY_CORES = 1e6


def test_the_commits_of_a_worker_write_all_events_but_the_first() -> None:
    assert ("accept", *EVENTS_OF_COMMIT) == sizes.COMMITS
    assert 1 + sum(EVENTS_OF_COMMIT.values()) == sizes.EVENTS


def poisson(rate: float, orders: int, seed: int = 1) -> list[float]:
    luck = random.Random(seed)
    return list(accumulate(luck.expovariate(rate) for _ in range(orders)))


def served(times: Sequence[float], cores: float, servers: int) -> list[float]:
    """How long each of these jobs, of a second, stays at one station."""
    clock = Clock(cores)
    stays: list[float] = []
    came: dict[int, float] = {}

    def done(items: Sequence[int]) -> None:
        stays.extend(clock.now - came[item] for item in items)

    station = Station(clock, Crew(servers), 0.0, 1.0, done)
    for item, moment in enumerate(times):

        def come(item: int = item) -> None:
            came[item] = clock.now
            station.put([item])

        clock.after(moment, come)
    clock.run()
    assert len(stays) == len(times)
    return stays


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_one_server_with_equal_jobs_waits_as_theory_says(busy: float) -> None:
    """M/D/1, Pollaczek-Khinchine: the mean wait is busy / (2 (1 - busy)) services."""
    stays = served(poisson(busy, 20_000), MANY_CORES, 1)
    assert mean(stays) - 1 == pytest.approx(busy / (2 * (1 - busy)), rel=0.1)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_a_shared_core_slows_as_theory_says(busy: float) -> None:
    """M/G/1 with processor sharing: the mean stay is 1 / (1 - busy) services, whatever their distribution."""
    stays = served(poisson(busy, 20_000), 1, 10**6)
    assert mean(stays) == pytest.approx(1 / (1 - busy), rel=0.1)


def test_two_jobs_on_one_core_take_twice_as_long() -> None:
    assert served([0.0, 0.0], 1, 2) == pytest.approx([2.0, 2.0])
    assert served([0.0, 0.0], 2, 2) == pytest.approx([1.0, 1.0])
    assert served([0.0, 0.5], 1, 2) == pytest.approx([1.5, 1.5])


def test_batches_form_by_themselves() -> None:
    clock = Clock(MANY_CORES)
    sizes: list[int] = []
    station = Station(clock, Crew(1), 1.0, 0.0, lambda items: sizes.append(len(items)), most=4)
    for moment in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        clock.after(moment, lambda: station.put(["one"]))
    clock.run()
    assert sizes == [1, 4, 2]


@given(
    orders=st.integers(1, 300),
    rate=st.floats(5, 5000),
    cores=st.integers(1, 8),
    limit=st.integers(1, 8),
    batch=st.integers(1, 100),
    children=st.integers(1, 5),
    relays=st.integers(1, 3),
)
@settings(max_examples=60)
def test_every_order_is_accepted_and_confirmed_once(
    orders: int, rate: float, cores: int, limit: int, batch: int, children: int, relays: int
) -> None:
    changed = SETTINGS.model_copy(update={"queue_limit": limit, "bridge_batch": batch, "relay_batch": batch * 2})
    counts = Counts(1, relays, 2, children, 6, 1, cores)
    outcome = Pipeline(PRICES, counts, cores, changed).open_loop(poisson(rate, orders))
    _holds(outcome, orders)
    assert max(outcome.batches.values()) <= batch * 2


@given(orders=st.integers(1, 300), connections=st.integers(1, 64))
@settings(max_examples=30)
def test_a_closed_loop_submits_each_order_once(orders: int, connections: int) -> None:
    _holds(Pipeline(PRICES, ONE, 2, SETTINGS).closed_loop(orders, connections), orders)


def _holds(outcome: Outcome, orders: int) -> None:
    assert set(outcome.began) == set(outcome.accepted) == set(outcome.confirmed) == set(range(orders))
    for order, began in outcome.began.items():
        assert began < outcome.accepted[order] < outcome.confirmed[order]


def test_it_is_the_same_each_time() -> None:
    one, other = (Pipeline(PRICES, ONE, 2, SETTINGS).open_loop(poisson(500, 500)) for _ in range(2))
    assert one.confirmed == other.confirmed


def test_throughput_never_passes_what_the_cores_allow() -> None:
    each = Prices({**KNOWN.full, "worker": 0.27}, {})
    outcome = Pipeline(each, ONE, 2, SETTINGS).closed_loop(4000, 32)
    bound = 2000 / sum(KNOWN.full.values())
    assert 0.8 * bound < outcome.orders_per_second() <= bound * 1.001


def test_more_cores_and_workers_do_not_slow_it() -> None:
    few = Pipeline(PRICES, ONE, 2, SETTINGS).closed_loop(2000, 32)
    many = Pipeline(PRICES, Counts(4, 4, 4, 16, 6, 1, 16), 16, SETTINGS).closed_loop(2000, 128)
    assert many.orders_per_second() > few.orders_per_second()


def test_a_gateway_that_takes_long_is_waited_for_without_cpu() -> None:
    quick, slow = (
        Pipeline(PRICES, ONE, 2, SETTINGS, charge_seconds=each).open_loop([n / 20 for n in range(40)])
        for each in (0.0, 0.01)
    )
    assert slow.confirmed_ms(50) == pytest.approx(quick.confirmed_ms(50) + 10, abs=3)


def test_fitted_prices_are_not_above_what_was_measured() -> None:
    prices = fit(KNOWN, 2, SETTINGS)
    assert all(0 <= prices.each[role] <= KNOWN.full[role] + 1e-9 for role in KNOWN.full)


def test_what_a_plan_gives_keeps_up() -> None:
    made = plan(2000, KNOWN, SETTINGS, Assumptions())
    outcome = Pipeline(fit(KNOWN, 2, SETTINGS), made.counts, made.counts.cores, SETTINGS).open_loop(
        [order / 2000 for order in range(8000)]
    )
    took = [outcome.confirmed[order] - outcome.accepted[order] for order in range(8000)]
    assert mean(took[6000:]) < 1.5 * mean(took[2000:4000])
