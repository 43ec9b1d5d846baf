"""Tokens for OAUTHBEARER at Kafka: from a file, or from an authorization server (RFC 6749, 4.4, client credentials)."""

import base64
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode, urlsplit

from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError
from kafka.net.sasl.oauth import AbstractTokenProvider

from pedidos.errors import first_line
from pedidos.settings.groups.kafka import KafkaLoginSettings

ANSWER_SECONDS = 5.0
"""Longest wait for the authorization server. Meanwhile this client does nothing else."""
REST_OF_LIFE = 0.2
"""A token is replaced when this part of its life is left."""
MOST_BYTES = 64 * 1024


class FileTokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python ships no types
    """The token of the settings as it is now."""

    def __init__(self, settings: KafkaLoginSettings) -> None:
        self._settings = settings

    def token(self) -> str:
        return str(self._settings.now("kafka_token"))


@dataclass(frozen=True, slots=True)
class _Token:
    """until: by the monotonic clock."""

    text: str
    until: float


class ServerTokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python ships no types
    """Asks the authorization server when there is no token, or the one that it gave is about to end."""

    def __init__(self, settings: KafkaLoginSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._kept: _Token | None = None

    def token(self) -> str:
        """Raises KafkaConnectionError if nothing answers, and SaslAuthenticationFailedError if the server refuses."""
        with self._one_at_a_time:
            if self._kept is None or self._clock() >= self._kept.until:
                self._kept = self._ask()
            return self._kept.text

    def _ask(self) -> _Token:
        url = urlsplit(str(self._settings.kafka_token_url))
        form = {"grant_type": "client_credentials"}
        if self._settings.kafka_token_scope:
            form["scope"] = self._settings.kafka_token_scope
        client = quote_plus(self._settings.kafka_user or "")
        secret = quote_plus(self._settings.now("kafka_password") or "")
        headers = {
            "Authorization": f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        connection = _connection(url.scheme, url.hostname or "", url.port)
        try:
            connection.request("POST", url.path or "/", urlencode(form), headers)
            answer = connection.getresponse()
            status, body = answer.status, answer.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise KafkaConnectionError(f"no token from {url.hostname}: {first_line(error)}") from error
        finally:
            connection.close()
        if status != http.client.OK:
            raise SaslAuthenticationFailedError(f"{url.hostname} gives no token: HTTP {status}")
        try:
            told = json.loads(body)
            return _Token(
                str(told["access_token"]), self._clock() + float(told.get("expires_in", 0)) * (1 - REST_OF_LIFE)
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SaslAuthenticationFailedError(f"{url.hostname} answers with something else than a token") from error


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=ANSWER_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)


def make_tokens(settings: KafkaLoginSettings) -> AbstractTokenProvider:
    """What gives a client its tokens."""
    return FileTokens(settings) if settings.kafka_token is not None else ServerTokens(settings)
