"""The scheduler: time → Celery. Two of them only mean that hints come twice."""

from celery.beat import Scheduler

from pedidos.logs import configure
from pedidos.processes.celery_app import make_celery
from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.settings import Settings
from pedidos.shell import PROCESS, keep_only


def main() -> None:
    keep_only(PROCESS)
    settings = Settings.load()
    configure(settings, settings.instance)
    heart = Heart(settings.heartbeat_file)

    class ShowsLife(Scheduler):  # type: ignore[misc]  # Celery ships no types
        """Celery's scheduler, which also shows that it works."""

        def tick(self, *args: object, **kwargs: object) -> float:
            pause: float = super().tick(*args, **kwargs)
            heart.came_round()
            return min(pause, BEAT_SECONDS)

    app = make_celery(settings)
    app.Beat(scheduler_cls=ShowsLife, loglevel="WARNING", max_interval=BEAT_SECONDS, quiet=True).run()


if __name__ == "__main__":
    main()
