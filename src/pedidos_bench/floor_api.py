"""The floor's HTTP server: python -m pedidos_bench.floor_api PORT JWKS_FILE.

It does what a request costs before any order is stored: it checks the token as the api does, reads and hashes the body,
reads its key, and answers JSON. It is plain WSGI on the api's server: of a request, Flask alone takes 20 to 40
microseconds. It checks neither the shape of the body nor limits, writes no log line, and sends no security headers.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from pedidos.processes.running import freeze_gc
from pedidos.security.tokens import TokenVerifier
from pedidos.settings.groups.serving import RequestSettings

Headers = list[tuple[str, str]]
Start = Callable[[str, Headers], Any]
App = Callable[[Mapping[str, Any], Start], Iterable[bytes]]

PLACE = "/v1/orders"


def create_app(jwks_file: Path) -> App:
    """POST /v1/orders; 200 for any other path, so that a start is noticed. A bad token is an error of the server."""
    verifier = TokenVerifier(jwks_file)

    def app(environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PLACE:
            start("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
            return (b"{}",)
        identity = verifier.verify(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "))
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        document = orjson.loads(body)
        digest = sha256(body).hexdigest()
        order = {
            "id": str(uuid4()),
            "status": "received",
            "customer_id": identity.account_id,
            "items": len(document["items"]),
            "key": environ["HTTP_IDEMPOTENCY_KEY"],
            "hash": digest,
        }
        answer = orjson.dumps(order)
        start("202 Accepted", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return (answer,)

    return app


def _load(_target: str, *, jwks_file: Path) -> App:
    app = create_app(jwks_file)
    freeze_gc()
    return app


def main(port: int, jwks_file: Path) -> None:
    threads = RequestSettings().api_threads
    Server(
        "floor",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=threads,
        backpressure=threads * 8,
        log_access=False,
    ).serve(target_loader=partial(_load, jwks_file=jwks_file))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
