"""The scheduler: Celery beat, with the watchdog."""

from functools import partial

from celery.apps.beat import Beat

from pedidos.processes.celery_app import beat_schedule, hint, make_celery, queue_lengths
from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.processes.scheduler.clock import make_clock
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.processes.scheduler.platform_metrics import PlatformMetrics
from pedidos.processes.scheduler.watchdog import ANSWER_SECONDS, Watchdog
from pedidos.settings.processes import SchedulerSettings
from pedidos.storage.engine import make_engine, measure
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.steps import terms_of


def scheduler_process(settings: SchedulerSettings) -> Beat:
    """Celery beat, ready to run."""
    telemetry.begin(settings, Recorder.SCHEDULER, PlatformMetrics(settings).refresh)
    app = make_celery(settings)
    search = partial(
        forgotten_work,
        measure(make_engine(settings, settings.instance, ANSWER_SECONDS)),
        stalled_after_seconds=settings.stalled_after_seconds,
        terms=terms_of(settings),
    )
    watchdog = Watchdog(partial(queue_lengths, app), search, partial(hint, app))
    clock = make_clock(Heart(settings.heartbeat_file), watchdog.look)
    app.conf.update(beat_scheduler="celery.beat:Scheduler", beat_schedule=beat_schedule(settings.watchdog_seconds))
    return app.Beat(scheduler_cls=clock, loglevel="WARNING", max_interval=BEAT_SECONDS, quiet=True)
