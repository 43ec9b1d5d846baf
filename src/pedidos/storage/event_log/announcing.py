"""Wakes the relay for an event that a person causes after a pause, so that those who watch see it at once."""

from sqlalchemy import Connection

from pedidos.storage.orders.placing import NOTIFY_CHANNEL

QUIET_SECONDS = 1.0
"""An event that comes this long after the one before is announced. With more traffic the relay reads the log often
anyway, and a commit that notifies makes others wait for it."""

_ANNOUNCE = """
select pg_notify(%(channel)s, '')
from (select occurred_at from order_events order by txid desc, seq desc limit 1) as newest
where newest.occurred_at < clock_timestamp() - make_interval(secs => %(quiet)s)
"""


def announce_after_quiet(connection: Connection) -> None:
    """To be called before the event is written. If the log was quiet, the commit notifies the relay."""
    connection.exec_driver_sql(_ANNOUNCE, {"channel": NOTIFY_CHANNEL, "quiet": QUIET_SECONDS})
