"""The worker: Celery → PostgreSQL. Runs the steps in child processes."""

from functools import partial

import structlog
from celery import Celery, signals

from pedidos.errors import Transient, first_line
from pedidos.processes.celery_app import hint, make_celery, queue_names
from pedidos.processes.entry import begin
from pedidos.processes.running import freeze_gc
from pedidos.processes.step_runner import StepRunner
from pedidos.processes.sweep import sweep
from pedidos.processes.tasks import Tools, register
from pedidos.processes.worker_life import Children, life
from pedidos.settings.processes import WorkerSettings
from pedidos.storage.engine import make_engine
from pedidos.wiring import make_gateway, make_steps

logger = structlog.get_logger()


def make_worker(settings: WorkerSettings) -> Celery:
    """The Celery application with the tasks and what the worker's processes need."""
    app = make_celery(settings)
    made: list[Tools] = []
    children = None
    if settings.heartbeat_file is not None:
        children = Children(settings.heartbeat_file, settings.hung_seconds)
        app.steps["consumer"].add(life(settings.heartbeat_file, children))

    def make_tools(**_: object) -> None:
        engine = make_engine(settings, settings.instance)
        try:
            engine.connect().close()  # so that the first order does not wait for that
        except Transient as error:
            logger.warning("no database yet", reason=first_line(error))
        steps = make_steps(settings, engine, make_gateway(settings), settings.instance)
        removing = partial(
            sweep, engine, idempotency_hours=settings.idempotency_hours, events_days=settings.events_days
        )
        made.append(Tools(StepRunner(steps, engine, partial(hint, app)), removing))
        freeze_gc()

    def tools() -> Tools:
        if not made:  # it failed at the start; if it fails again, the task reports why
            make_tools()
        return made[0]

    def begin_child(**_: object) -> None:
        if children is not None:
            children.heart().begin()
        make_tools()

    # weak=False: the handlers live as long as the process, not as long as this function.
    signals.worker_process_init.connect(begin_child, weak=False)
    signals.worker_ready.connect(lambda **_: freeze_gc(), weak=False)
    register(app, tools)
    return app


def main() -> None:
    settings = begin(WorkerSettings)
    make_worker(settings).worker_main(
        [
            "worker",
            f"--hostname={settings.instance}@%h",
            f"--concurrency={settings.worker_concurrency}",
            f"--queues={','.join(queue_names())}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


if __name__ == "__main__":
    main()
