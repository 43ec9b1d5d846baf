"""The log lines about an order, where the logs are at hand: a package beside the product provides a reader for those of
the local platform. Elsewhere, logs go where the operator of the platform sends them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Flask, current_app

_KEY = "pedidos.log_lines"


class Line(NamedTuple):
    """at: seconds since the epoch; 0 if the line does not say. program: whose log it is from."""

    at: float
    program: str
    text: str


Reader = Callable[[UUID, str], Sequence[Line]]
"""Reads the lines about an order in the logs of one kind of program."""


def provide(app: Flask, reader: Reader) -> None:
    """Gives the views of this app a reader."""
    app.extensions[_KEY] = reader


def of_order(order_id: UUID, kind: str) -> Sequence[Line] | None:
    """The lines about an order from programs of this kind; None if the logs are not at hand."""
    reader: Reader | None = current_app.extensions.get(_KEY)
    return None if reader is None else reader(order_id, kind)
