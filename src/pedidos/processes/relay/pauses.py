"""How long the relay pauses between two reads of the log."""

IDLE_SECONDS = (0.02, 0.05)
"""The first and the longest pause between two reads of the log, unless the notify channel ends it. A new order has to
start, but its later events may wait until there are more. The pause doubles while there are no events."""
QUIET_AFTER_SECONDS = 2.0
AWAITED_SECONDS = 60.0
"""The same if an order that was published is still on its way: its next event is seen soon after a longer wait too,
such as that for the payment gateway."""
QUIET_PAUSE_SECONDS = 0.5
"""Without events for that long, this is the longest pause. The first order after that is notified, and is not late."""
NOTIFIED_PAUSE_SECONDS = 0.002
"""The pause after a notification whose read found nothing: an older transaction is not final yet."""
REST_SECONDS = (0.005, 0.06)
"""The shortest and the longest rest after events, before the next read. Events that the steps of an order write in
quick succession are published together."""
REST_PER_EVENT = 0.00008
"""The rest is this much longer for each event. With what publishing an event takes, that is the time between two events
at about 10,000 per second. As the rate comes near that, rests become long, and each of the processes behind the relay
gets larger batches. Below, they stay short: at 5,000 per second about 11 ms."""


def rest_seconds(events: int, most: int) -> float:
    """Seconds that the relay rests after a batch of `events` events; `most` is the size of a full batch.

    After a full batch there is none.
    """
    return 0.0 if events >= most else min(REST_SECONDS[0] + REST_PER_EVENT * events, REST_SECONDS[1])


def next_pause(pause: float, quiet: float, *, notified: bool, awaited: bool = False) -> float:
    """The pause between two reads after one of `pause` seconds. quiet: seconds since the last event. awaited: whether
    an order is on its way."""
    if notified:
        return NOTIFIED_PAUSE_SECONDS
    rested = quiet >= (AWAITED_SECONDS if awaited else QUIET_AFTER_SECONDS)
    return min(2 * pause, QUIET_PAUSE_SECONDS if rested else IDLE_SECONDS[1])
