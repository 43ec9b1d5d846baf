"""Jobs: what an operator asks of many letters at once is done once, letter by letter, whatever ends in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.dead_letters.jobs import run_due
from pedidos.dead_letters.service import DeadLetterService
from pedidos.domain.audit import Who
from pedidos.domain.steps import Step
from pedidos.errors import KafkaUnavailable
from pedidos.messaging.topics import PLACED
from pedidos.storage.audit_log import reading
from pedidos.storage.dead_letters import job_queue, jobs, retention
from pedidos.storage.dead_letters.jobs import Chosen, EarlierJob, Item, JobDeed, NewJob
from pedidos.storage.dead_letters.letters import Filter, actions, write
from pedidos.storage.once import OutcomeUnknown
from tests.integration.dead_letters.work import Sent, letters
from tests.support.shop import Product, place_order
from tests.support.signing import KEYS, signed
from tests.support.tables import change, rows

OPERATOR = Who(uuid4(), "operator", uuid4(), "192.0.2.7", None, "request-7")
LIVING = Callable[[], bool]


@pytest.fixture
def order_id(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    """An order that hints did not move on, with its letter."""
    placed = place_order(engine, customer, products[0]).order_id
    write(engine, "watchdog", "validate", "Still received after 8 hints.", placed)
    return placed


@pytest.fixture
def forged(engine: Engine, order_id: UUID) -> list[UUID]:
    """Three letters about records that the relay did not sign, and that of the order."""
    assert order_id
    for offset in range(3):
        write(engine, "bridge", f"{PLACED}/0/{offset}", "The record is not signed.", None, b"{}", b"k")
    return [letter.id for letter in letters(engine, Filter(source="bridge"))]


def ask(engine: Engine, deed: JobDeed, chosen: Chosen, reason: str | None = None, job_id: UUID | None = None) -> UUID:
    job = NewJob(job_id or uuid4(), deed, OPERATOR, reason)
    jobs.add(engine, job, chosen)
    return job.id


def run(engine: Engine, sent: Sent | None = None, living: LIVING = lambda: True) -> bool:
    """As the scheduler does it."""
    sender = sent or Sent()

    @contextmanager
    def senders() -> Iterator[Callable[[Who], DeadLetterService]]:
        yield lambda who: DeadLetterService(engine, who, KEYS, sender.hint, sender.publish)

    return run_due(engine, senders, 100, living)


def items(engine: Engine, job_id: UUID) -> list[Item]:
    return jobs.items(engine, job_id, 100)


def test_a_dry_run_says_what_would_happen_to_each_and_changes_nothing(
    engine: Engine, order_id: UUID, forged: list[UUID]
) -> None:
    job_id, sent = ask(engine, "preview", Filter()), Sent()
    assert run(engine, sent)
    outcomes = {item.letter_id: (item.done, item.note) for item in items(engine, job_id)}
    refused = "the record is still refused: The record is not signed."
    assert [outcomes.pop(letter_id) for letter_id in forged] == [(False, refused)] * 3
    assert [*outcomes.values()] == [(True, "the step validate looks at the order again")]
    job = jobs.get(engine, job_id)
    assert job is not None
    assert job.ended_at is not None
    assert (job.letters, job.settled, job.done) == (4, 4, 1)
    assert jobs.notes(engine, job_id, 9) == [
        (False, refused, 3),
        (True, "the step validate looks at the order again", 1),
    ]
    assert (sent.hints, sent.records) == ({}, [])
    assert len(letters(engine)) == 4
    assert rows(engine, "select from dead_letter_actions") == []
    assert order_id in {letter.order_id for letter in letters(engine)}


def test_a_replay_of_the_same_letters_is_audited_as_the_operators(
    engine: Engine, order_id: UUID, forged: list[UUID]
) -> None:
    dry = ask(engine, "preview", Filter())
    run(engine)
    write(engine, "bridge", f"{PLACED}/0/9", "The record is not signed.")  # it came after the dry run
    job_id, sent = ask(engine, "replay", EarlierJob(dry, only_possible=False)), Sent()
    run(engine, sent)
    assert {item.letter_id: item.done for item in items(engine, job_id)} == {
        **dict.fromkeys(forged, False),
        **{letter.id: True for letter in letters(engine, Filter(status="replayed"))},
    }
    assert sent.hints == {Step.VALIDATE: [order_id]}
    (replayed,) = letters(engine, Filter(status="replayed"))
    assert replayed.resolved_by == str(OPERATOR)
    (entry,) = reading.newest(engine, reading.Filter(subject=str(replayed.id)), None, 9)
    assert (entry.action, entry.account_id, entry.session_id) == (
        "dead_letter.replayed",
        OPERATOR.account_id,
        OPERATOR.session_id,
    )
    assert (entry.client, entry.request_id) == ("192.0.2.7", "request-7")
    refused = reading.newest(engine, reading.Filter(subject=str(forged[0])), None, 9)
    assert [each.outcome for each in refused] == ["refused"]


def test_only_those_that_can_be_replayed(engine: Engine, order_id: UUID, forged: list[UUID]) -> None:
    dry = ask(engine, "preview", Filter())
    run(engine)
    job_id = ask(engine, "replay", EarlierJob(dry, only_possible=True))
    run(engine)
    assert [(item.order_id, item.done) for item in items(engine, job_id)] == [(order_id, True)]
    assert {letter.id for letter in letters(engine)} == set(forged)


def test_asked_twice_it_is_one_job_and_done_once(engine: Engine, forged: list[UUID]) -> None:
    job_id = uuid4()
    for _ in range(2):
        assert ask(engine, "discard", forged, "forged", job_id) == job_id
    run(engine)
    assert ask(engine, "discard", forged, "forged", job_id) == job_id
    run(engine)
    assert [(item.done, item.note) for item in items(engine, job_id)] == [(True, "discarded: forged")] * 3
    for letter_id in forged:
        (action,) = actions(engine, letter_id)
        assert (action.action, action.note, action.done_by) == ("discard", "forged", str(OPERATOR))


def test_another_job_about_the_same_letters_says_who_was_first(engine: Engine, forged: list[UUID]) -> None:
    ask(engine, "discard", forged[:1], "forged")
    second = ask(engine, "replay", forged[:1])
    run(engine)
    (item,) = items(engine, second)
    assert (item.done, item.note) == (False, f"it has been discarded already, by {OPERATOR}")


def test_a_job_that_a_process_left_in_the_middle_goes_on_there(engine: Engine, forged: list[UUID]) -> None:
    job_id = ask(engine, "discard", forged, "forged")
    answers = iter([True, False, False])  # the process ends after one letter
    run(engine, living=lambda: next(answers))
    assert [item.done for item in items(engine, job_id)].count(True) == 1
    assert run(engine)
    assert [item.done for item in items(engine, job_id)] == [True] * 3
    assert len(rows(engine, "select from dead_letter_actions where done")) == 3


def test_a_job_that_is_stopped_begins_no_further_letter(engine: Engine, forged: list[UUID]) -> None:
    job_id = ask(engine, "discard", forged, "forged")

    def stopped_after_the_first() -> bool:
        if any(item.done for item in items(engine, job_id)):
            jobs.stop(engine, job_id, OPERATOR)
        return True

    assert run(engine, living=stopped_after_the_first)
    assert [item.done for item in items(engine, job_id)].count(True) == 2  # that which was begun gets its outcome
    assert run(engine)
    assert [item.done for item in items(engine, job_id)].count(True) == 2
    job = jobs.get(engine, job_id)
    assert job is not None
    assert job.stopped_at == job.ended_at
    assert (job.settled, job.done, job.letters) == (2, 2, 3)
    assert not jobs.stop(engine, job_id, OPERATOR)
    assert not jobs.stop(engine, uuid4(), OPERATOR)
    [entry] = reading.newest(engine, reading.Filter("dead_letter_job.stopped", subject=str(job_id)), None, 9)
    assert entry.account_id == OPERATOR.account_id


def test_a_job_is_stopped_while_no_scheduler_runs(engine: Engine, forged: list[UUID]) -> None:
    job_id = ask(engine, "replay", forged)
    assert jobs.stop(engine, job_id, OPERATOR)
    assert run(engine)
    assert [item.done for item in items(engine, job_id)] == [None] * 3


def test_a_job_that_has_ended_stays_as_it_is(engine: Engine, forged: list[UUID]) -> None:
    job_id = ask(engine, "discard", forged, "forged")
    assert run(engine)
    assert not jobs.stop(engine, job_id, OPERATOR)
    job = jobs.get(engine, job_id)
    assert job is not None
    assert job.stopped_at is None


def test_a_job_of_a_process_that_was_killed_is_taken_over_after_its_lease(engine: Engine, forged: list[UUID]) -> None:
    job_id = ask(engine, "discard", forged, "forged")
    killed = job_queue.take(engine)
    assert killed is not None
    assert job_queue.take(engine) is None
    # It discarded a letter, and had not noted that yet.
    Sent().service(engine).discard(forged[0], "forged")
    change(engine, "update dead_letter_jobs set lease_until = clock_timestamp()")
    assert run(engine)
    outcomes = {item.letter_id: item.done for item in items(engine, job_id)}
    assert outcomes == {forged[0]: False, forged[1]: True, forged[2]: True}
    assert len(rows(engine, "select from dead_letter_actions where done")) == 3


@pytest.mark.parametrize("error", [KafkaUnavailable("no broker answers"), OutcomeUnknown("no answer")])
def test_without_a_server_it_waits_says_so_and_goes_on(
    engine: Engine, customer: UUID, error: Exception, products: list[Product]
) -> None:
    value = b'{"order_id": "%s"}' % str(uuid4()).encode()
    key = value[14:50]
    headers = signed(PLACED, key, value, [("ce_type", b"br.pedidos.order.placed")])
    write(
        engine, "bridge", f"{PLACED}/0/3", "It could not be decoded by the version before.", None, value, key, headers
    )
    assert customer
    assert products
    job_id = ask(engine, "replay", Filter(source="bridge"))
    sent = Sent(refusal=error)
    assert not run(engine, sent)
    job = jobs.get(engine, job_id)
    assert job is not None
    assert (job.settled, job.ended_at) == (0, None)
    assert job.waits_for == str(error)
    sent.refusal = None
    assert run(engine, sent)
    job = jobs.get(engine, job_id)
    assert job is not None
    assert (job.done, job.waits_for) == (1, None)
    assert job.ended_at is not None
    assert [record.topic for record in sent.records] == [PLACED]


def test_a_letter_at_which_the_service_fails_does_not_stop_the_others(engine: Engine, forged: list[UUID]) -> None:
    change(engine, "update dead_letters set origin = 'nowhere' where id = :id", id=forged[0])
    job_id = ask(engine, "preview", forged)
    assert run(engine)
    notes = {item.letter_id: item.note or "" for item in items(engine, job_id)}
    assert notes[forged[0]].startswith("it failed: ValueError")
    assert {notes[forged[1]], notes[forged[2]]} == {"the record is still refused: The record is not signed."}


def test_without_the_task_broker_the_watchdog_gets_the_orders(engine: Engine, order_id: UUID) -> None:
    assert order_id
    job_id = ask(engine, "replay", Filter())
    assert run(engine, Sent(deaf=True))
    assert [item.done for item in items(engine, job_id)] == [True]
    assert rows(engine, "select from stalled_orders") == []


def test_a_job_takes_the_oldest_that_match_its_filter(
    engine: Engine, forged: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST", 2)
    cause = Filter(cause="The record is not signed.")
    job_id = ask(engine, "preview", cause)
    assert [item.letter_id for item in items(engine, job_id)] == forged[:2]
    assert items(engine, ask(engine, "preview", Filter(cause="Another cause."))) == []


def test_old_jobs_are_removed_and_trails_stay(engine: Engine, forged: list[UUID]) -> None:
    old, new = (ask(engine, "discard", [letter_id], "forged") for letter_id in forged[:2])
    run(engine)
    age = retention.JOB_DAYS + 1
    change(
        engine, "update dead_letter_jobs set ended_at = now() - :age * interval '1 day' where id = :id", age=age, id=old
    )
    assert retention.delete_jobs(engine, 10) == 1
    assert jobs.get(engine, old) is None
    assert jobs.get(engine, new) is not None
    assert len(actions(engine, forged[0])) == 1
