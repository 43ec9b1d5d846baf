"""The scheduler: finds forgotten work, and lets the workers remove old rows. Two would only send hints twice."""

from celery.beat import ScheduleEntry, Scheduler

from pedidos.processes.celery_app import WATCH, beat_schedule, make_celery
from pedidos.processes.entry import begin
from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.processes.watchdog import Watchdog
from pedidos.settings.processes import SchedulerSettings


def main() -> None:
    settings = begin(SchedulerSettings)
    heart = Heart(settings.heartbeat_file)
    app = make_celery(settings)
    watchdog = Watchdog(settings, app)

    class Clock(Scheduler):  # type: ignore[misc]  # Celery ships no types
        """Celery's scheduler with a heartbeat; it runs the watchdog itself."""

        def tick(self, *args: object, **kwargs: object) -> float:
            pause: float = super().tick(*args, **kwargs)
            heart.came_round()
            return min(pause, BEAT_SECONDS)

        def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
            if entry.task == WATCH:
                watchdog.look()
            else:
                super().apply_entry(entry, producer)

    app.conf.update(beat_scheduler="celery.beat:Scheduler", beat_schedule=beat_schedule(settings.watchdog_seconds))
    app.Beat(scheduler_cls=Clock, loglevel="WARNING", max_interval=BEAT_SECONDS, quiet=True).run()


if __name__ == "__main__":
    main()
