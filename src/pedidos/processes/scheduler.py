"""The scheduler: time → Celery. Two of them only mean that hints come twice."""

from celery.beat import Scheduler

from pedidos.logs import configure
from pedidos.processes.celery_app import make_celery
from pedidos.processes.running import HEARTBEAT_SECONDS, touch
from pedidos.settings import Settings
from pedidos.shell import PROCESS, keep_only


def main() -> None:
    keep_only(PROCESS)
    settings = Settings.load()
    configure(settings, settings.instance)

    class ShowsLife(Scheduler):  # type: ignore[misc]  # Celery ships no types
        """Celery's scheduler, which also touches the heartbeat file."""

        def tick(self, *args: object, **kwargs: object) -> float:
            pause: float = super().tick(*args, **kwargs)
            if settings.heartbeat_file is not None:
                touch(settings.heartbeat_file)
            return min(pause, HEARTBEAT_SECONDS)

    app = make_celery(settings)
    app.Beat(scheduler_cls=ShowsLife, loglevel="WARNING", max_interval=HEARTBEAT_SECONDS, quiet=True).run()


if __name__ == "__main__":
    main()
