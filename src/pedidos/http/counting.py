"""Where limits count: in the broker for all api processes together, or in the memory of one."""

import threading
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from limits.storage import MemoryStorage, RedisSentinelStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

from pedidos.broker import address
from pedidos.broker.clients import at_sentinels, login, provider, redis_tls
from pedidos.settings.groups.broker import OptionalBrokerSettings

BROKER_TIMEOUT_SECONDS = 0.25


class OwnCounts(MemoryStorage):
    """Counts in the memory of this process, for many threads.

    The class of the library can start one timer twice when two threads count at the same moment, which raises
    RuntimeError (limits, issue 26; still so in 5.8.0).
    """

    STORAGE_SCHEME = ["own-counts"]  # noqa: RUF012  # as the library declares it

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        self._one_at_a_time = threading.Lock()
        super().__init__(uri, **options)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Returns the new count. expiry: in seconds."""
        with self._one_at_a_time:
            return super().incr(key, expiry, amount)


class SharedCounts(NamedTuple):
    """The broker, as the address and the options of a storage."""

    uri: str
    options: dict[str, Any]

    def storage(self) -> RedisStorage:
        """A client of its own; it connects when it counts."""
        kind = RedisSentinelStorage if self.uri.startswith("redis+sentinel:") else RedisStorage
        return kind(self.uri, **self.options)


def shared_counts(settings: OptionalBrokerSettings) -> SharedCounts | None:
    """Where processes count together; None if there is no broker, or limits cannot count in it."""
    url = settings.broker_url
    if url is None or address.is_socket(url):
        return None
    options = broker_options() | {"credential_provider": provider(login(settings))}
    host = urlsplit(url).netloc.rpartition("@")[2]
    match address.kind(url):
        case "redis":
            safety = redis_tls(settings) if address.is_encrypted(url) else {}
            return SharedCounts(urlsplit(url)._replace(netloc=host).geturl(), safety | options)
        case "sentinel":
            places = ",".join(f"{host}:{port}" for host, port in address.places(url))
            safety = {"ssl": True, **redis_tls(settings)} if address.is_encrypted(url) else {}
            at_first = at_sentinels(
                settings, socket_timeout=BROKER_TIMEOUT_SECONDS, socket_connect_timeout=BROKER_TIMEOUT_SECONDS
            )
            own = {"db": address.number(url), "use_replicas": False, "sentinel_kwargs": at_first}
            return SharedCounts(f"redis+sentinel://{places}/{settings.sentinel_master}", safety | options | own)
    return None


def broker_options() -> dict[str, Any]:
    """For a client of the broker: a request must not wait long for its count."""
    return {
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),  # the default of redis-py takes seconds, and the sign-in would wait
    }
