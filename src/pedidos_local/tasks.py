"""The tasks of each worker, by step: what `status` shows. Read from the workers' /metrics."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from pedidos.telemetry.by_step import by_step
from pedidos_local.layout import Layout

ANSWER_SECONDS = 2.0


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
