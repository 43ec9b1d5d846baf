"""Does the jobs of the operators' pages: what was asked for, letter by letter.

A letter without an outcome is done again after a crash. What a replay sends may then be sent twice, which everything
that reads it bears; the letter itself is closed once, and a second attempt says who closed it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

import structlog
from sqlalchemy import Engine

from pedidos.dead_letters.service import DeadLetterService, Outcome
from pedidos.domain.audit import Who
from pedidos.errors import TaskBrokerUnavailable, Transient, first_line
from pedidos.storage.dead_letters import job_queue
from pedidos.storage.dead_letters.job_queue import Task
from pedidos.storage.once import OutcomeUnknown

AT_ONCE = 50
"""Letters between two looks at the other jobs."""

Senders = Callable[[], AbstractContextManager[Callable[[Who], DeadLetterService]]]
"""Opens what a service sends with, and closes it."""

logger = structlog.get_logger()


def run_due(engine: Engine, senders: Senders, hints_at_once: int, living: Callable[[], bool]) -> bool:
    """Does the jobs that are due, in turn, a part of each, until none is due or the process ends.

    living: False once the process ends. Returns False if a job waits for a server. Raises Transient if PostgreSQL is
    away.
    """
    task = job_queue.take(engine)
    if task is None:
        return True
    with senders() as service_for:
        while task is not None:
            waits_for = _run_part(engine, task, service_for(task.who), hints_at_once, living)
            if waits_for is not None:
                return False
            task = job_queue.take(engine) if living() else None
    return True


def _run_part(
    engine: Engine, task: Task, service: DeadLetterService, hints_at_once: int, living: Callable[[], bool]
) -> str | None:
    """Returns what the job waits for, if it cannot go on."""
    waits_for = None
    letters = job_queue.next_letters(engine, task.id, AT_ONCE)
    for letter_id in _while(living, letters):
        try:
            outcome = _do(service, task, letter_id)
        except (Transient, OutcomeUnknown) as error:
            waits_for = first_line(error)
            logger.warning("job waits", job=str(task.id), reason=waits_for)
            break
        if not job_queue.settle(engine, task.id, letter_id, done=outcome.done, note=outcome.note):
            logger.info("job stopped", job=str(task.id))
            break
    _send_hints(service, hints_at_once)
    if letters or waits_for is not None:
        job_queue.release(engine, task.id, waits_for)
    else:
        job_queue.end(engine, task.id)
    return waits_for


def _do(service: DeadLetterService, task: Task, letter_id: UUID) -> Outcome:
    try:
        match task.deed:
            case "preview":
                return service.preview(letter_id)
            case "replay":
                return service.replay(letter_id)
            case "discard":
                return service.discard(letter_id, task.reason or "")
    except (Transient, OutcomeUnknown):
        raise
    except Exception as error:  # a bug: the other letters must not wait for it
        logger.exception("letter failed", job=str(task.id), letter=str(letter_id))
        return Outcome(letter_id, False, f"it failed: {type(error).__name__}; the log of the scheduler says where")


def _send_hints(service: DeadLetterService, at_once: int) -> None:
    try:
        for step, orders in service.send_hints(at_once):
            logger.info("hinted", step=step, orders=orders)
    except TaskBrokerUnavailable as error:
        logger.warning("left to the watchdog", reason=first_line(error))


def _while(living: Callable[[], bool], letters: Sequence[UUID]) -> Iterator[UUID]:
    for letter_id in letters:
        if not living():
            return
        yield letter_id
