"""The tasks of each worker, by step: what `status` shows. Read from the workers' /metrics."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from pedidos.domain.steps import Step
from pedidos.telemetry import catalogue
from pedidos_local.layout import Layout

ANSWER_SECONDS = 2.0

FIGURES = {
    f"{catalogue.STEP_BATCH_SECONDS.exposed}_count": "batches",
    f"{catalogue.STEP_BATCH_SECONDS.exposed}_sum": "seconds",
    f"{catalogue.STEP_BATCH_ORDERS.exposed}_sum": "orders",
    catalogue.STEP_MOVED.exposed: "moved",
    catalogue.STEP_FAILED.exposed: "failed",
    catalogue.STEP_RETRIES.exposed: "retries",
    catalogue.STEP_RUNNING.exposed: "running",
}
"""Samples of a worker, and the name of each figure in `status --json`."""


def read(layout: Layout) -> dict[str, Any]:
    """Per worker and step, since the worker's start: batches, seconds, orders, moved, failed, retries, and the batches
    that run now. A worker that does not answer is {"unavailable": reason}."""
    targets = sorted(layout.targets.glob("worker-*.json"))
    with ThreadPoolExecutor(max_workers=8) as pool:
        return dict(zip((target.stem for target in targets), pool.map(_of_worker, targets), strict=True))


def _of_worker(target: Path) -> dict[str, Any]:
    try:
        (address,) = json.loads(target.read_text("utf-8"))[0]["targets"]
        connection = HTTPConnection(address, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        return {"unavailable": str(error) or type(error).__name__}
    return by_step(text)


def by_step(text: str) -> dict[str, dict[str, float]]:
    """The figures of each step in a worker's metrics."""
    steps: dict[str, dict[str, float]] = {step.value: dict.fromkeys(FIGURES.values(), 0.0) for step in Step}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in FIGURES:
                steps[sample.labels["step"]][FIGURES[sample.name]] = sample.value
    return steps
