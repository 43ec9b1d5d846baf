"""The figures of each step in the metrics of a worker: for `status`, and for the page of tasks."""

from pedidos.domain.steps import Step
from pedidos.telemetry.catalogue import steps as metrics

FIGURES = {
    f"{metrics.STEP_BATCH_SECONDS.exposed}_count": "batches",
    f"{metrics.STEP_BATCH_SECONDS.exposed}_sum": "seconds",
    f"{metrics.STEP_BATCH_ORDERS.exposed}_sum": "orders",
    metrics.STEP_MOVED.exposed: "moved",
    metrics.STEP_FAILED.exposed: "failed",
    metrics.STEP_RETRIES.exposed: "retries",
    metrics.STEP_RUNNING.exposed: "running",
}
"""Samples of a worker, and the name of each figure."""


def by_step(text: str) -> dict[str, dict[str, float]]:
    """The figures of each step in a worker's metrics, since its start; running: the batches that run now."""
    # Here, because prometheus-client decides when it is imported where the children of a worker keep their values.
    from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415

    steps: dict[str, dict[str, float]] = {step.value: dict.fromkeys(FIGURES.values(), 0.0) for step in Step}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in FIGURES:
                steps[sample.labels["step"]][FIGURES[sample.name]] = sample.value
    return steps
