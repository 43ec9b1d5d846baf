"""The scheduler: Celery beat, with the watchdog and the desk for dead letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from celery.apps.beat import Beat

from pedidos.dead_letters.jobs import run_due
from pedidos.processes.celery_app import beat_schedule, hint, make_celery, queue_lengths
from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.processes.scheduler.clock import make_clock
from pedidos.processes.scheduler.desk import Desk
from pedidos.processes.scheduler.forgotten_work import forgotten_work
from pedidos.processes.scheduler.platform_metrics import PlatformMetrics
from pedidos.processes.scheduler.watchdog import ANSWER_SECONDS, Watchdog
from pedidos.settings.processes import SchedulerSettings
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.telemetry.metric import Recorder
from pedidos.wiring.dead_letters import dead_letter_service
from pedidos.wiring.steps import terms_of


@contextmanager
def scheduler_process(settings: SchedulerSettings) -> Iterator[Beat]:
    """Celery beat, ready to run. Inside, the desk is open."""
    telemetry.begin(settings, Recorder.SCHEDULER, PlatformMetrics(settings).refresh)
    app = make_celery(settings)
    engine = measure(make_engine(settings, settings.instance, ANSWER_SECONDS, plans=Plans.OWN))
    search = partial(
        forgotten_work,
        engine,
        stalled_after_seconds=settings.stalled_after_seconds,
        terms=terms_of(settings),
        acceptance_seconds=settings.acceptance_seconds,
    )
    watchdog = Watchdog(partial(queue_lengths, app), search, partial(hint, app))
    senders = partial(dead_letter_service, settings, engine)
    desk = Desk(lambda living: run_due(engine, senders, settings.bridge_batch, living))
    clock = make_clock(Heart(settings.heartbeat_file), watchdog.look)
    app.conf.update(beat_scheduler="celery.beat:Scheduler", beat_schedule=beat_schedule(settings.watchdog_seconds))
    beat: Beat = app.Beat(scheduler_cls=clock, loglevel="WARNING", max_interval=BEAT_SECONDS, quiet=True)
    with desk.open():
        yield beat
