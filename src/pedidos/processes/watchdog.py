"""The watchdog: finds forgotten work in PostgreSQL and sends hints to the workers.

The scheduler runs it, not a worker, because all children of a worker may be waiting for something.
"""

import structlog
from celery import Celery

from pedidos.domain.steps import Step
from pedidos.errors import Transient, first_line
from pedidos.processes import celery_app
from pedidos.settings.processes import SchedulerSettings
from pedidos.steps.watch import watch
from pedidos.storage.engine import make_engine
from pedidos.wiring import terms_of

ANSWER_SECONDS = 4.0
"""Maximum wait for each answer of PostgreSQL: a run that takes longer than a heartbeat may take looks like a hang."""

logger = structlog.get_logger()


class Watchdog:
    """Runs on request and never raises, because it runs again later."""

    def __init__(self, settings: SchedulerSettings, app: Celery) -> None:
        self._settings = settings
        self._app = app
        self._engine = make_engine(settings, settings.instance, ANSWER_SECONDS)

    def look(self) -> None:
        try:
            self._look()
        except Transient as error:
            logger.warning("not looked", reason=first_line(error))
        except Exception:
            logger.exception("look failed")

    def _look(self) -> None:
        lengths = celery_app.queue_lengths(self._app)
        busy = {step for step in Step if lengths.get(step)}
        found = watch(
            self._engine,
            busy,
            stalled_after_seconds=self._settings.stalled_after_seconds,
            terms=terms_of(self._settings),
        )
        for step, order_ids in found:
            celery_app.hint(self._app, step, order_ids)
            logger.info("found again", step=step, orders=len(order_ids))
