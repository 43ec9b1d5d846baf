"""Begins to measure: binds the metrics of this kind of process, and serves them.

The parent of a worker serves the sums over its children, and each child begins after its fork. prometheus_client is
imported only here and below, and only by a process that measures itself.
"""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from pedidos.settings.groups.telemetry import ChildMetricsSettings, MetricsSettings
from pedidos.telemetry.catalogue.every import of
from pedidos.telemetry.metric import Recorder

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from pedidos.telemetry.metrics_server import MetricsServer

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client decides by this variable, when it is imported, where it keeps values."""

logger = structlog.get_logger()


def begin(
    settings: MetricsSettings, process: Recorder, before: Callable[[], None] = lambda: None
) -> "MetricsServer | None":
    """Binds the metrics of the process and serves them. Returns the server; None if this process does not measure.

    before: called before each text of /metrics is made, by the server's thread.
    """
    if not _wanted(settings):
        return None
    registry = _registry()
    for metric in of(process):
        metric.bind(registry)
    return _serve(settings, registry, before)


def begin_parent(settings: ChildMetricsSettings) -> "MetricsServer | None":
    """Serves the metrics of the children, which are forked later and call begin_child()."""
    if not _wanted(settings):
        return None
    folder = settings.metrics_folder or Path(tempfile.mkdtemp(prefix="pedidos-metrics-"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for earlier in folder.glob("*.db"):  # and nothing else: the folder is a setting
        earlier.unlink()
    os.environ[FOLDER_VARIABLE] = str(folder)
    registry = _registry()
    from pedidos.telemetry.children import Children  # noqa: PLC0415  # after the variable

    Children(folder, registry)
    return _serve(settings, registry, lambda: None)


def begin_child(server: "MetricsServer | None") -> None:
    """Binds the metrics of a worker in a child that has just been forked. server: the parent's, whose sockets must
    not stay open here when the parent ends."""
    if server is None:
        return
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    from pedidos.telemetry.children import reserve  # noqa: PLC0415

    server.leave_to_parent()
    try:
        reserve(Path(os.environ[FOLDER_VARIABLE]))
    except OSError as error:
        logger.warning("not measured", reason=f"its files cannot be made: {error}")
        return
    registry = CollectorRegistry()
    for metric in of(Recorder.WORKER):
        metric.bind(registry)


def _wanted(settings: MetricsSettings) -> bool:
    return settings.telemetry and settings.metrics_port is not None


def _registry() -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics  # noqa: PLC0415

    from pedidos.telemetry.build import build  # noqa: PLC0415

    disable_created_metrics()  # they double the series of counters, and no query here needs them
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(build)
    return registry


def _serve(
    settings: MetricsSettings, registry: "CollectorRegistry", before: Callable[[], None]
) -> "MetricsServer | None":
    from pedidos.telemetry.exposition import Exposition  # noqa: PLC0415
    from pedidos.telemetry.metrics_server import MetricsServer  # noqa: PLC0415

    try:
        server = MetricsServer(settings.metrics_host, settings.metrics_port or 0, Exposition(registry, before))
    except OSError as error:  # orders do not depend on it
        logger.error("no /metrics", reason=str(error), port=settings.metrics_port)  # noqa: TRY400
        return None
    server.start()
    if settings.metrics_target is not None:
        _announce(settings.metrics_target, "{}:{}".format(*server.address))
    return server


def _announce(file: Path, address: str) -> None:
    """Writes a target for Prometheus' file_sd. Its labels, job and instance, are the process' kind and name."""
    kind, _, _ = file.stem.partition("-")
    target = [{"targets": [address], "labels": {"job": kind, "instance": file.stem}}]
    draft = file.with_suffix(".new")
    try:
        draft.write_text(json.dumps(target), "utf-8")
        draft.replace(file)
    except OSError as error:
        logger.warning("not announced", reason=str(error))
