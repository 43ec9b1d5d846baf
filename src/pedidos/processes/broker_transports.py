"""kombu's transports, changed in three ways.

- Each connection logs in with the user and the password of now, which may stand in a file that was replaced.
- A queue entry that is not a message does not end the worker (Redis). Everyone who can reach the broker can write
  anything into a queue. kombu removes the entry from the queue, then raises the error of its parsing, which ends
  Celery's worker. Here the entry is logged and dropped: a message is only a hint, and if the entry was meant to be one,
  the watchdog finds its orders.
- The name in the certificate is checked against the address, also after a failover to another one (RabbitMQ).
"""

from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, pyamqp, redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pedidos.broker.clients import provider

LOGIN = "pedidos_login"
"""The transport option with a function that returns user and password."""
HASTY = "pedidos_hasty"
"""The transport option that gives up at the first failure to connect. redis-py tries for some seconds otherwise."""

logger = structlog.get_logger()

NOT_UNDERSTOOD = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""The errors of parsing an entry that is not JSON, or not a message of kombu's."""


class _Changed:
    """What the channels for one server and for sentinels have in common. connparams: for redis-py."""

    pedidos_login: Any = None
    pedidos_hasty: bool = False

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except NOT_UNDERSTOOD as error:
            logger.warning("dropped what is no message", reason=f"{type(error).__name__}: {error}")
            return True

    def _connparams(self, asynchronous: bool = False) -> Any:
        params = super()._connparams(asynchronous)  # type: ignore[misc]
        found = None if self.pedidos_login is None or "path" in params else provider(self.pedidos_login)
        if found is not None:
            self._process_credential_provider(found, params)  # type: ignore[attr-defined]
        if self.pedidos_hasty:
            params["retry"] = Retry(NoBackoff(), 0)
        return params


class Channel(_Changed, redis.Channel):
    """The channel to one server."""

    from_transport_options: tuple[str, ...] = (*redis.Channel.from_transport_options, LOGIN, HASTY)  # type: ignore[assignment]


class SentinelChannel(_Changed, redis.SentinelChannel):
    """The channel to the server that the sentinels name."""

    from_transport_options: tuple[str, ...] = (*redis.SentinelChannel.from_transport_options, LOGIN, HASTY)  # type: ignore[assignment]


class RedisTransport(redis.Transport):
    """For redis://, rediss:// and redis+socket://."""

    Channel = Channel


class SentinelTransport(redis.SentinelTransport):
    """For sentinel://."""

    Channel = SentinelChannel


class AmqpTransport(pyamqp.Transport):
    """For amqp:// and amqps://."""

    def establish_connection(self) -> Any:
        client: Any = self.client
        given, host = client.transport_options or {}, client.hostname
        login = given.get(LOGIN)
        if login is not None:
            client.userid, client.password = login()
        if isinstance(client.ssl, dict):
            client.ssl = {**client.ssl, "server_hostname": host}
        client.transport_options = {name: value for name, value in given.items() if name != LOGIN}  # the rest is amqp's
        try:
            return super().establish_connection()  # type: ignore[no-untyped-call]
        finally:
            # The base class replaces "localhost" by an address, which the next certificate would be compared with.
            client.transport_options, client.hostname = given, host


# By their schemes: kombu takes the transport from the address again when it goes on to another one of several.
for _scheme, _name in (
    ("redis", "RedisTransport"),
    ("rediss", "RedisTransport"),
    ("sentinel", "SentinelTransport"),
    ("amqp", "AmqpTransport"),
    ("amqps", "AmqpTransport"),
):
    TRANSPORT_ALIASES[_scheme] = f"{__name__}:{_name}"
