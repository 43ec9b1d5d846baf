"""The HTTP server: stores the order, then hands it to Restate. gunicorn runs it as peers.restate.web:app."""

import http.client
import json
import os
import threading
from uuid import UUID

from sqlalchemy import create_engine

from ..common import statements
from ..common.body import Wish
from ..common.web import create_app

INGRESS = os.environ["INGRESS"]
SEND_SECONDS = 10

engine = create_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ["REQUEST_THREADS"]), max_overflow=0)
local = threading.local()


class NotTaken(Exception):
    """Restate did not take the order."""


def send(order_id: str) -> None:
    """Returns when Restate has stored that the order is to be processed. Raises NotTaken, OSError, HTTPException."""
    if not hasattr(local, "connection"):
        local.connection = http.client.HTTPConnection(INGRESS, timeout=SEND_SECONDS)
    headers = {"content-type": "application/json", "idempotency-key": order_id}
    try:
        local.connection.request("POST", "/orders/process/send", json.dumps(order_id), headers)
        answer = local.connection.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException):
        local.connection.close()  # the next request opens it again
        raise
    if answer.status not in (200, 202):
        raise NotTaken(f"HTTP {answer.status}: {said[:200]!r}")


def place(customer_id: UUID, wish: Wish) -> tuple[UUID, int]:
    with engine.begin() as connection:
        order_id, total_cents = statements.accept(connection, customer_id, wish)
    send(str(order_id))
    return order_id, total_cents


app = create_app(place)
