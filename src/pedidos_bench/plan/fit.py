"""Fits the costs of a batch and of an order to a report, and compares the simulation with the report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pedidos_bench.plan.costs import Costs
from pedidos_bench.plan.model import Counts
from pedidos_bench.plan.pipeline import Outcome, Pipeline, Prices
from pedidos_bench.plan.settings import PlanSettings
from pedidos_bench.report import names
from pedidos_bench.report.medians import Medians

CONNECTIONS = 32
LOW_RATE = 20
"""Orders per second at low load."""

_ROUNDS = 6
_ORDERS = 3000
_LOW_ORDERS = 400


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as the simulation predicts it and as measured; None if it was not measured."""

    figure: str
    unit: str
    predicted: float
    measured: float | None


def one_of_each(settings: PlanSettings) -> Counts:
    """The counts of the benchmark: one process of each kind."""
    return Counts(1, 1, 1, settings.worker_concurrency, settings.partitions, 1, 1)


def fit(costs: Costs, cores: int, settings: PlanSettings) -> Prices:
    """The costs with which the simulation of the measured run uses as much CPU as measured.

    costs.full includes an order's share of the cost of its batches, which depends on the size of these batches. So the
    run is simulated, the cost of its batches is subtracted, and it is simulated again, until the result no longer
    changes.
    """
    each: Mapping[str, float] = dict(costs.full)
    for _ in range(_ROUNDS):
        batches = _saturated(Prices(each, costs.alone, costs.client), cores, settings).batches
        mean = _batch_by_role(batches)
        # Half way, so that it converges: smaller costs make smaller batches, and these make smaller costs.
        each = {
            role: (each[role] + max(0.0, full - costs.alone.get(role, 0.0) / mean(role))) / 2
            for role, full in costs.full.items()
        }
    return Prices(each, costs.alone, costs.client)


def compare(prices: Prices, measured: Medians | None, cores: int, settings: PlanSettings) -> Sequence[Compared]:
    """The end-to-end and low-load runs of the benchmark, predicted and measured. For end to end it uses the run with a
    stream for every customer, if the report has one, because the costs include the live process at work."""
    busy = _saturated(prices, cores, settings)
    quiet = Pipeline(prices, one_of_each(settings), cores, settings).open_loop(
        [order / LOW_RATE for order in range(_LOW_ORDERS)]
    )

    def found(measure: str, figure: str) -> float | None:
        spread = None if measured is None else measured.figure(measure, names.OURS, figure)
        return None if spread is None else spread.median

    watched = found("watched", names.THROUGHPUT)
    unwatched = found("end_to_end", names.THROUGHPUT)
    return [
        Compared("end to end", "orders/s", busy.orders_per_second(), unwatched if watched is None else watched),
        Compared("accept → confirmed at low load, p50", "ms", quiet.confirmed_ms(50),
                 found("low_load", "confirmed_p50_ms")),
        Compared("accept → confirmed at low load, p99", "ms", quiet.confirmed_ms(99),
                 found("low_load", "confirmed_p99_ms")),
    ]  # fmt: skip


def _saturated(prices: Prices, cores: int, settings: PlanSettings) -> Outcome:
    return Pipeline(prices, one_of_each(settings), cores, settings).closed_loop(_ORDERS, CONNECTIONS)


def _batch_by_role(batches: Mapping[str, float]) -> Callable[[str], float]:
    own = {"relay": batches["relay"], "kafka": batches["relay"], "bridge": batches["bridge"]}
    return lambda role: own.get(role, batches["work"])
