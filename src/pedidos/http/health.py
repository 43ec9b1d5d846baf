"""Health checks of a Flask app: whether its process is alive, and whether it can serve."""

from collections.abc import Callable

from flask import Flask, Response

from pedidos.http.roles import public


def install(app: Flask, check: Callable[[], object]) -> None:
    """Adds /livez and /readyz. check: raises an exception if the process cannot serve."""

    @public
    def livez() -> Response:
        """200 as long as the process answers at all."""
        return Response("ok\n", content_type="text/plain")

    @public
    def readyz() -> Response:
        """200 if the check passes; if not, what the error handler makes of that: 503."""
        check()
        return Response("ready\n", content_type="text/plain")

    app.add_url_rule("/livez", view_func=livez)
    app.add_url_rule("/readyz", view_func=readyz)
