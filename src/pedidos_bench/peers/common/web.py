"""The HTTP server of every peer: a Flask app with one route."""

from collections.abc import Callable
from uuid import UUID

from flask import Flask, request
from flask.typing import ResponseReturnValue

from .access import NotAllowed, customer_of
from .body import BadBody, Wish, read

Place = Callable[[UUID, Wish], tuple[UUID, int]]
"""Stores a customer's order and starts its processing. Returns its id and its price in cents."""


def create_app(place: Place) -> Flask:
    app = Flask(__name__)

    @app.post("/v1/orders")
    def place_order() -> ResponseReturnValue:
        customer_id = customer_of(request.headers.get("Authorization"))
        order_id, total_cents = place(customer_id, read(request.get_json()))
        return {"id": str(order_id), "status": "received", "total_cents": total_cents}, 202

    @app.get("/livez")
    def livez() -> ResponseReturnValue:
        return {"status": "ok"}

    @app.errorhandler(NotAllowed)
    def not_allowed(error: NotAllowed) -> ResponseReturnValue:
        return {"detail": str(error)}, 401, {"WWW-Authenticate": "Bearer"}

    @app.errorhandler(BadBody)
    def bad_body(error: BadBody) -> ResponseReturnValue:
        return {"detail": str(error)}, 422

    return app
