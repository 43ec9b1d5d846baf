"""Options for clients of the task broker: whom they trust, and how they log in."""

import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from redis.credentials import CredentialProvider

from pedidos.broker import address
from pedidos.settings.groups.broker import BrokerSafetySettings, BrokerSettings, OptionalBrokerSettings

AnyBroker = BrokerSettings | OptionalBrokerSettings
Login = Callable[[], tuple[str | None, str | None]]
"""Returns user and password as they are now."""


def login(settings: AnyBroker) -> Login:
    """Follows the file of the address, if it stands in one."""
    return partial(_login, settings)


def _login(settings: AnyBroker) -> tuple[str | None, str | None]:
    return address.credentials(str(settings.now("broker_url")))


class Credentials(CredentialProvider):
    """The same for redis-py, which asks at each new connection."""

    def __init__(self, of_now: Login) -> None:
        self._login = of_now

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        user, password = self._login()
        return (password or "",) if user is None else (user, password or "")


def provider(of_now: Login) -> Credentials | None:
    """None for a broker that asks for neither user nor password."""
    return None if of_now() == (None, None) else Credentials(of_now)


def redis_tls(settings: BrokerSafetySettings) -> dict[str, Any]:
    """For redis-py and for kombu's Redis transport. The certificate is checked, and the name in it."""
    authority = None if settings.broker_ca_file is None else str(settings.broker_ca_file)
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, "ssl_ca_certs": authority}


def amqp_tls(settings: BrokerSafetySettings) -> dict[str, Any]:
    """For kombu's transport for RabbitMQ, which adds the name of the server."""
    authority = None if settings.broker_ca_file is None else str(settings.broker_ca_file)
    return {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": authority}


def at_sentinels(settings: AnyBroker, **limits: float) -> dict[str, Any]:
    """For the clients of the sentinels themselves. limits: socket_timeout and socket_connect_timeout."""
    chosen: dict[str, Any] = {
        **limits,
        "username": settings.sentinel_user,
        "password": settings.sentinel_password,
    }
    if address.is_encrypted(str(settings.broker_url)):
        chosen |= {"ssl": True, **redis_tls(settings)}
    return chosen
