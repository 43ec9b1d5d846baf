"""The floor's HTTP server: python -m pedidos_bench.floor_api PORT JWKS_FILE.

It uses Flask on Granian as the api does, checks the token in the same way, and reads and answers a JSON body. It does
nothing else: this is what a request costs before any work is done for it.
"""

import sys
from functools import partial
from pathlib import Path
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from pedidos.processes.running import freeze_gc
from pedidos.security.tokens import TokenVerifier
from pedidos.settings.groups import RequestSettings


def create_app(jwks_file: Path) -> Flask:
    """POST /v1/orders, GET /readyz."""
    app = Flask("floor")
    verifier = TokenVerifier(jwks_file)

    @app.post("/v1/orders")
    def place() -> Response:
        verifier.verify(request.headers["Authorization"].removeprefix("Bearer "))
        body = orjson.loads(request.get_data())
        answer = orjson.dumps({"id": str(uuid4()), "status": "received", "items": len(body["items"])})
        return Response(answer, 202, mimetype="application/json")

    @app.get("/readyz")
    def ready() -> Response:
        return Response("{}", mimetype="application/json")

    return app


def _load(_target: str, *, jwks_file: Path) -> Flask:
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
