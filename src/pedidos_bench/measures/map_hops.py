"""How soon a browser shows a hop of an order on its map, on a platform that has nothing else to do."""

from collections.abc import Iterator, Sequence

from pedidos_bench.browsing import chromium
from pedidos_bench.browsing.demo_order import signed_in
from pedidos_bench.browsing.hops import Hop, hops_of_one
from pedidos_bench.browsing.people import Person
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.results import Run
from pedidos_bench.whole_platform import whole_platform

GOAL_MS = 150.0
"""The share of the hops that are seen within this time is a figure of its own."""


def measure(orders: int) -> Iterator[Run]:
    """Watches these orders, one after the other. Raises chromium.NoChromium, whole_platform.NotUp."""
    with whole_platform() as platform:
        platform.up()
        settings = platform.settings
        assert settings.ca_file is not None  # noqa: S101  # every local platform has one
        with chromium.running() as browser, signed_in(settings, platform.layout) as people:
            operator = Person.entering(str(settings.public_url).rstrip("/"), settings.ca_file, "operator")
            workers = platform.processes()["worker"]
            hops = [hop for _ in range(orders) for hop in hops_of_one(browser, operator, people, workers)]
        yield run_of(hops)


def run_of(hops: Sequence[Hop]) -> Run:
    """A hop that was not shown is a finding, and counts as one that was not seen in time."""
    seen = [hop.seen_ms for hop in hops if hop.seen_ms is not None]
    missing = [hop.kind for hop in hops if hop.seen_ms is None]
    figures = {
        "hops": float(len(hops)),
        "hop_seen_within_goal_percent": 100 * sum(ms <= GOAL_MS for ms in seen) / len(hops),
    }
    told: dict[str, list[float]] = {}
    heard = [hop.heard_ms for hop in hops if hop.heard_ms is not None]
    by_shop = [hop.seen_ms for hop in hops if hop.seen_ms is not None and hop.by_shop]
    for name, values in (("hop_seen", seen), ("hop_heard", heard), ("hop_by_shop_seen", by_shop)):
        if values:
            figures |= {f"{name}_{at}_ms": percentile(values, share) for at, share in SHARES.items()}
            told[name] = quantiles(values)
    findings = [f"{len(missing)} hops were not shown: {', '.join(sorted(set(missing)))}"] if missing else []
    return Run("map_hops", "pedidos", "", figures, quantiles=told, findings=findings)


SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
