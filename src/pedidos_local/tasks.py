"""The tasks of each worker, by step: what `status` shows. Read from the workers' /metrics."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pedidos.telemetry.by_step import by_step
from pedidos_local.layout import Layout
from pedidos_local.monitoring.scraping import NoMetrics, scrape


def read(layout: Layout) -> dict[str, Any]:
    """Per worker and step, since the worker's start: batches, seconds, orders, moved, failed, retries, and the batches
    that run now. A worker that does not answer is {"unavailable": reason}."""
    targets = sorted(layout.targets.glob("worker-*.json"))
    with ThreadPoolExecutor(max_workers=8) as pool:
        return dict(zip((target.stem for target in targets), pool.map(_of_worker, targets), strict=True))


def _of_worker(target: Path) -> dict[str, Any]:
    try:
        return by_step(scrape(target))
    except NoMetrics as error:
        return {"unavailable": str(error)}
