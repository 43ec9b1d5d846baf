"""Celery's scheduler with a heartbeat; it runs the watchdog itself."""

from collections.abc import Callable

from celery.beat import ScheduleEntry, Scheduler

from pedidos.processes.celery_app import WATCH
from pedidos.processes.heart import BEAT_SECONDS, Heart


def make_clock(heart: Heart, look: Callable[[], None]) -> type[Scheduler]:
    """The class that Celery creates. look: is called in place of the task WATCH."""

    class Clock(Scheduler):  # type: ignore[misc]  # Celery ships no types
        def tick(self, *args: object, **kwargs: object) -> float:
            pause: float = super().tick(*args, **kwargs)
            heart.came_round()
            return min(pause, BEAT_SECONDS)

        def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
            if entry.task == WATCH:
                look()
            else:
                super().apply_entry(entry, producer)

    return Clock
