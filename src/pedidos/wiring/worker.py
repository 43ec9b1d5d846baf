"""The worker: the Celery application, and what each of its child processes needs."""

from collections.abc import Callable
from functools import partial

from celery import Celery

from pedidos.payments.port import PaymentProvider
from pedidos.processes.celery_app import hint, make_celery
from pedidos.processes.worker.children import Toolbox, attach
from pedidos.processes.worker.heartbeats import Children, life
from pedidos.processes.worker.report import answer_reports
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.processes.worker.sweep import sweep
from pedidos.processes.worker.tasks import Tools, register
from pedidos.settings.processes import WorkerSettings
from pedidos.storage.engine import make_engine
from pedidos.storage.session import Plans
from pedidos.telemetry import begin as telemetry
from pedidos.wiring.steps import make_gateway, make_steps
from pedidos.wiring.traces import begin_traces


def worker_app(settings: WorkerSettings, gateway: Callable[[WorkerSettings], PaymentProvider] = make_gateway) -> Celery:
    """The Celery application with all tasks. gateway: makes the client of each child process."""
    app = make_celery(settings)
    children = None
    if settings.heartbeat_file is not None:
        children = Children(settings.heartbeat_file, settings.hung_seconds)
        app.steps["consumer"].add(life(settings.heartbeat_file, children))
    toolbox = Toolbox(lambda: _tools(settings, app, gateway(settings)))
    metrics = telemetry.begin_parent(settings)
    attach(toolbox, children, metrics)
    answer_reports(None if metrics is None else metrics.text)
    register(app, toolbox.tools)
    return app


def _tools(settings: WorkerSettings, app: Celery, gateway: PaymentProvider) -> Tools:
    engine = make_engine(settings, settings.instance, plans=Plans.KEPT)
    steps = make_steps(settings, engine, gateway, settings.instance)
    runner = StepRunner(steps, engine, partial(hint, app))
    return Tools(engine, runner, partial(sweep, engine, settings), begin_traces(settings, "worker", engine))
