"""The payment gateway: checks that the server at its address behaves like one."""

import http.client
import json
import secrets
from urllib.parse import SplitResult, urlsplit

from pedidos.errors import first_line, is_network_error
from pedidos.payments.access import authorization, trust
from pedidos.sentence import Sentence
from pedidos.server_checks.findings import Away, Examined, Flaw
from pedidos.settings.groups.orders import GatewaySettings

NAME = "Payment gateway"
ANSWER_SECONDS = 5.0
SHOWN = 60
UNSEEN = {"charges": "/v1/charges/examination-", "intents": "/v1/payment_intents/pi_examination"}
"""Where a charge that was never made would be, by the interface of the provider."""


def examine(settings: GatewaySettings) -> Examined:
    """Requests a charge that was never made: 404 is the right answer. Raises Away."""
    url = urlsplit(str(settings.gateway_url))
    try:
        connection = _connection(settings, url)
        try:
            path = f"{url.path.rstrip('/')}{UNSEEN[settings.payment_provider]}{secrets.token_hex(8)}"
            connection.request("GET", path, headers=authorization(settings.gateway_key))
            answer = connection.getresponse()
            status, body = answer.status, answer.read(64 * 1024)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, OSError) and not is_network_error(error):
            raise
        raise Away(NAME, first_line(error)) from error
    return Examined(NAME, f"answers {status}", flaws(status, body))


def _connection(settings: GatewaySettings, url: SplitResult) -> http.client.HTTPConnection:
    host, seconds = str(url.hostname), ANSWER_SECONDS
    if url.scheme == "https":
        return http.client.HTTPSConnection(host, url.port, timeout=seconds, context=trust(settings.gateway_ca_file))
    return http.client.HTTPConnection(host, url.port, timeout=seconds)


def flaws(status: int, body: bytes) -> list[Flaw]:
    """What is wrong with the answer to a request for a charge that was never made."""
    try:
        json.loads(body)
    except ValueError:
        understood = False
    else:
        understood = True
    if status == 404 and understood:
        return []
    if status in (401, 403):
        return [
            Flaw(
                NAME,
                Sentence("It refuses us (HTTP {status}).", status=status),
                Sentence("Set PEDIDOS_GATEWAY_KEY to a key that it gave you."),
            )
        ]
    if status >= 500 or status == 429:
        return [
            Flaw(
                NAME,
                Sentence("It does not work now (HTTP {status}).", status=status),
                Sentence("Orders wait until it does."),
                fatal=False,
            )
        ]
    what = Sentence(
        "What answers there is no payment gateway: HTTP {status}, {body!r}.",
        status=status,
        body=body[:SHOWN].decode("ascii", "replace"),
    )
    return [Flaw(NAME, what, Sentence("Correct PEDIDOS_GATEWAY_URL."))]
