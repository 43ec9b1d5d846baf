"""The scheduler's metrics of the whole platform: orders, relay, consumer groups, queues, ledger, disk, certificate.

They are read while somebody scrapes, and only then. A scrape waits for them for a moment; if a server is slow or away,
it gets the previous figures, and their age.
"""

import shutil
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from cryptography import x509

from pedidos.domain.order import Status
from pedidos.errors import Transient, first_line
from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.settings.processes import SchedulerSettings
from pedidos.storage import ledger
from pedidos.telemetry.catalogue import whole_platform as metrics

WAIT_SECONDS = 0.06
"""How long a scrape waits for figures that are being read."""
LEDGER_SECONDS = 10.0
"""Least time between two checks of the ledger."""

logger = structlog.get_logger()


class PlatformMetrics:
    """refresh() is called by the thread that serves /metrics."""

    def __init__(self, settings: SchedulerSettings) -> None:
        self._settings = settings
        self._figures: PipelineFigures | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="platform metrics")
        self._reading: Future[None] | None = None
        self._refreshing = threading.Lock()
        self._ledger_checked = 0.0

    def refresh(self) -> None:
        """Reads the figures. Returns when they are read, at the latest after WAIT_SECONDS."""
        with self._refreshing:
            if self._reading is None or self._reading.done():
                self._reading = self._reader.submit(self._read)
        wait([self._reading], WAIT_SECONDS)

    def close(self) -> None:
        self._reader.shutdown(cancel_futures=True)
        if self._figures is not None:
            self._figures.close()

    def _read(self) -> None:
        try:
            if self._figures is None:
                self._figures = PipelineFigures(self._settings)
            self._machine()
            found = self._figures.read()
            for part, show in {"database": _database, "consumers": _consumers, "queues": _queues}.items():
                if "unavailable" not in found[part]:
                    show(found[part])
                    metrics.FIGURES_READ[part].set(time.time())
            self._ledger()
        except Transient as error:
            logger.warning("figures not read", reason=first_line(error))
        except Exception:
            logger.exception("figures not read")

    def _ledger(self) -> None:
        if self._figures is None or time.monotonic() - self._ledger_checked < LEDGER_SECONDS:
            return
        self._ledger_checked = time.monotonic()
        found = ledger.violations(self._figures.engine)
        for invariant, count in found.items():
            metrics.LEDGER_VIOLATIONS[invariant].set(count)
        metrics.LEDGER_CHECKED.set(time.time())
        if any(found.values()):
            logger.error("ledger violated", **found)

    def _machine(self) -> None:
        with suppress(OSError):
            disk = shutil.disk_usage(self._settings.state_dir)
            metrics.DISK_FREE.set(disk.free)
            metrics.DISK_SIZE.set(disk.total)
        if self._settings.certificate_file is not None:
            metrics.CERTIFICATE_END.set(_end_of(self._settings.certificate_file))


def _database(found: Mapping[str, Any]) -> None:
    for status in Status:
        metrics.ORDERS[status].set(found["orders"].get(status, 0))
    relay = found["relay"]
    metrics.OLDEST_ORDER.set(found["oldest_waiting_seconds"])
    metrics.UNPUBLISHED.set(relay["behind"])
    metrics.UNPUBLISHED_AGE.set(relay["behind_seconds"])
    metrics.PUBLISHED.set(relay["published"])
    metrics.PUBLISHING_BLOCKED["transaction"].set(bool(relay["held_up_by"]))
    metrics.PUBLISHING_BLOCKED["no leader"].set(relay["leader"] is None)
    metrics.PUBLISHING_BLOCKED["refusal"].set(relay["refusal"] is not None)
    metrics.DEAD_LETTERS_OPEN.set(found["dead_letters"])
    metrics.PAYMENTS_UNSETTLED.set(found["unsettled_payments"])


def _consumers(found: Mapping[str, Any]) -> None:
    for group, facts in found.items():
        metrics.CONSUMER_LAG[group].set(sum(facts["lag"].values()))
        metrics.CONSUMER_STOPPED[group].set(len(facts["stopped"]))


def _queues(found: Mapping[str, int]) -> None:
    for queue, length in found.items():
        metrics.QUEUE_MESSAGES[queue].set(length)


def _end_of(certificate: Path) -> float:
    """When the certificate ends, in seconds since the epoch; 0 if it cannot be read, which an alert shows too."""
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return 0.0
