"""Runs the Celery application as a worker, with the options of this platform."""

from celery import Celery

from pedidos.processes.celery_app import queue_names
from pedidos.settings.processes import WorkerSettings


def run(app: Celery, settings: WorkerSettings) -> None:
    """Works until SIGTERM."""
    app.worker_main(
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
