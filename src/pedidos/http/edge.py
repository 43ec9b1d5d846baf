"""Believes only the edge about the address of a client.

On one machine every process has the address 127.0.0.1, and in containers addresses change. So the edge proves itself
with a secret, whatever its address.
"""

from collections.abc import Iterable
from hmac import compare_digest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY_HEADER = "X-Pedidos-Edge"

_KEY = "HTTP_X_PEDIDOS_EDGE"


class ClientAddress:
    """WSGI middleware: REMOTE_ADDR is the address that the edge saw, if the request has the key of the edge. Otherwise
    it stays that of the sender, and X-Forwarded-For means nothing."""

    def __init__(self, app: "WSGIApplication", key: str | None) -> None:
        """key: None if there is no edge that could be believed."""
        self._app = app
        self._key = None if key is None else key.encode()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        given = environ.pop(_KEY, None)  # nothing behind this can show or log it
        if given is not None and self._key is not None and compare_digest(given.encode("utf-8", "replace"), self._key):
            address = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()  # the edge adds the last one
            if address:
                environ["REMOTE_ADDR"] = address
        return self._app(environ, start_response)
