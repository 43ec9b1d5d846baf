"""Failed sign-ins get few entries, and none is forgotten."""

import pytest

from pedidos.http.failed_sign_ins import PER_MINUTE, FailedSignIns, Noted


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_first_of_each_client_and_address_gets_an_entry(clock: Clock) -> None:
    failures = FailedSignIns(clock)
    assert failures.note("192.0.2.1", "ana@x") == Noted(0)
    assert failures.note("192.0.2.1", "ana@x") is None
    assert failures.note("192.0.2.1", "bia@x") == Noted(1)
    assert failures.note("192.0.2.2", "ana@x") == Noted(0)


def test_a_flood_is_counted_in_the_next_minute(clock: Clock) -> None:
    failures = FailedSignIns(clock)
    noted = [failures.note(f"192.0.2.{number}", "ana@x") for number in range(200)]
    assert [each is not None for each in noted] == [True] * PER_MINUTE + [False] * (200 - PER_MINUTE)
    clock.now += 59
    assert failures.note("192.0.2.1", "bia@x") is None
    clock.now += 1
    assert failures.note("192.0.2.1", "bia@x") == Noted(201 - PER_MINUTE)
