"""Health checks: whether this process is alive, and whether it can serve."""

from flask import Flask, Response

from pedidos.http.permissions import public
from pedidos.processes.api.services import services
from pedidos.storage.engine import ping


def install(app: Flask) -> None:
    """Adds /livez and /readyz."""
    app.add_url_rule("/livez", view_func=livez)
    app.add_url_rule("/readyz", view_func=readyz)


@public
def livez() -> Response:
    """200 as long as the process answers at all."""
    return Response("ok\n", content_type="text/plain")


@public
def readyz() -> Response:
    """200 if the database answers; if not, what the error handler makes of that: 503."""
    ping(services().engines.placing)
    return Response("ready\n", content_type="text/plain")
