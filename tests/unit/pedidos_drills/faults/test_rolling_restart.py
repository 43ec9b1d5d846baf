"""What drill rolling-restart holds against the platform: requests that failed, and why."""

from dataclasses import replace

from pedidos_drills.faults.rolling_restart import failed
from pedidos_drills.ledger.records import Answered
from tests.unit.pedidos_drills.ledger.faithful import CUSTOMER, faithful


def test_requests_that_failed_are_reported_with_their_reason_and_time() -> None:
    evidence = faithful()
    answers = [
        *evidence.answers,
        Answered("key-x", CUSTOMER, 0, None, at=2.0, seconds=0.1, reason="ClientOSError: Broken pipe"),
        Answered("key-y", CUSTOMER, 503, None, at=2.0, seconds=2.016, retry_after=True),
        Answered("key-z", CUSTOMER, 409, None, at=2.0, seconds=0.1),
    ]
    assert list(failed(replace(evidence, answers=answers), 0)) == [
        ("the request key-x got no answer (ClientOSError: Broken pipe) after 0.10 s", None),
        ("the request key-y got 503 after 2.02 s", None),
    ]
    assert not list(failed(replace(evidence, answers=answers), len(answers)))
