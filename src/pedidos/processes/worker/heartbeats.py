"""Heartbeats of a worker: of its main loop, and of its children, which it replaces when they hang.

Each child touches its own file. Celery's time limits end a child that is stuck in a step; a child that is stopped would
keep its step, or block the next one, forever.
"""

import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from billiard.process import active_children
from celery import bootsteps

from pedidos.processes.heart import BEAT_SECONDS, Heart

logger = structlog.get_logger()


class Children:
    """The children of this process, by their files: the worker's heartbeat file, with the child's number appended."""

    def __init__(self, heartbeat: Path, hung_seconds: float) -> None:
        self._heartbeat = heartbeat
        self._hung_seconds = hung_seconds
        self._seen: dict[int, tuple[int, float]] = {}

    def heart(self) -> Heart:
        """The heartbeat of the calling child process."""
        return Heart(of_child(self._heartbeat, os.getpid()))

    def silent(self, living: Iterable[int], since_last_look: float) -> list[int]:
        """The running children without a heartbeat for hung_seconds of checks. Removes the files of others."""
        living = set(living)
        before, self._seen = self._seen, {}
        for path in self._heartbeat.parent.glob(f"{self._heartbeat.name}.*"):
            pid = int(path.suffix[1:])
            if pid not in living:
                path.unlink(missing_ok=True)
                continue
            with suppress(FileNotFoundError):
                beat = path.stat().st_mtime_ns
                last, seconds = before.get(pid, (0, 0.0))
                self._seen[pid] = (beat, 0.0 if beat != last else seconds + since_last_look)
        return [pid for pid, (_, seconds) in self._seen.items() if seconds >= self._hung_seconds]


def of_child(heartbeat: Path, pid: int) -> Path:
    return heartbeat.with_name(f"{heartbeat.name}.{pid}")


def life(heartbeat: Path, children: Children) -> type[bootsteps.StartStopStep]:
    """The Celery bootstep for the heartbeat of the main loop, from each time that the worker has reached its broker.

    Until then it only waits, and its heartbeat continues.
    """
    heart = Heart(heartbeat)

    class Life(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
        requires = ("celery.worker.consumer.tasks:Tasks",)
        rounds: Any = None

        def start(self, consumer: Any) -> None:
            self.rounds = consumer.timer.call_repeatedly(BEAT_SECONDS, _round(heart, children))
            heart.came_round()

        def stop(self, _consumer: Any) -> None:
            if self.rounds is not None:
                self.rounds.cancel()
            heart.waits()

    return Life


def _round(heart: Heart, children: Children) -> Callable[[], None]:
    def come_round() -> None:
        heart.came_round()
        for pid in children.silent((child.pid for child in active_children()), BEAT_SECONDS):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            logger.warning("child replaced", pid=pid, reason="it gave no sign of life")

    return come_round
