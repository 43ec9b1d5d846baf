"""How long the relay pauses between two reads of the log."""

from itertools import accumulate, repeat

from pedidos.processes.relay.pauses import (
    AWAITED_SECONDS,
    IDLE_SECONDS,
    NOTIFIED_PAUSE_SECONDS,
    QUIET_AFTER_SECONDS,
    QUIET_PAUSE_SECONDS,
    next_pause,
)


def pauses(first: float, quiet: float) -> list[float]:
    return list(
        accumulate(repeat(quiet, 8), lambda pause, since: next_pause(pause, since, notified=False), initial=first)
    )


def test_soon_after_an_event_the_log_is_read_often() -> None:
    assert pauses(IDLE_SECONDS[0], 0.0) == [0.02, 0.04, *[0.05] * 7]
    assert pauses(IDLE_SECONDS[0], QUIET_AFTER_SECONDS - 0.01)[-1] == IDLE_SECONDS[1]


def test_on_an_idle_platform_the_log_is_read_seldom() -> None:
    assert pauses(IDLE_SECONDS[1], QUIET_AFTER_SECONDS) == [0.05, 0.1, 0.2, 0.4, *[QUIET_PAUSE_SECONDS] * 5]


def test_while_an_order_is_on_its_way_the_log_is_read_often_for_longer() -> None:
    after = QUIET_AFTER_SECONDS + 1
    assert next_pause(IDLE_SECONDS[1], after, notified=False, awaited=True) == IDLE_SECONDS[1]
    assert next_pause(IDLE_SECONDS[1], AWAITED_SECONDS, notified=False, awaited=True) == 2 * IDLE_SECONDS[1]


def test_a_notification_ends_that() -> None:
    """If its read finds nothing, an older transaction is open, and the event will be final soon."""
    assert next_pause(QUIET_PAUSE_SECONDS, 3600, notified=True) == NOTIFIED_PAUSE_SECONDS
    assert pauses(NOTIFIED_PAUSE_SECONDS, 3600)[:4] == [0.002, 0.004, 0.008, 0.016]
