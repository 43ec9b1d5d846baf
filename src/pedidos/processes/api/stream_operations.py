"""The live streams in the OpenAPI document. The process `live` serves them, at the same address as the API."""

from collections.abc import Mapping
from typing import Any

from pedidos.http import problems
from pedidos.http.error_handling import CONTENT_TYPE
from pedidos.http.problems import Problem
from pedidos.processes.api.resource import SCHEMAS

STREAMS_TAG = "Live streams"

_CURSOR = {
    "description": "Id of the last event that you got: the stream goes on after it, without a gap.",
    "required": False,
    "schema": {"type": "string", "examples": ["1234-1"]},
}

_PARAMETERS = (
    {"name": "Last-Event-ID", "in": "header"} | _CURSOR,
    {"name": "last_event_id", "in": "query"}
    | _CURSOR
    | {"description": "The same, for clients that cannot send the header at first."},
)

_ORDER = {"name": "order_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}

_EXAMPLE = """id: 1234-1
event: order.paid
data: {"order_id":"01900000-0000-7000-8000-000000000001","version":5,"status":"paid"}

"""

_REFUSES: tuple[type[Problem], ...] = (
    problems.BadRequest,
    problems.Unauthenticated,
    problems.SecondFactorMissing,
    problems.TooManyStreams,
    problems.InternalError,
    problems.Unavailable,
)


def stream_operations() -> dict[str, Any]:
    """The paths of the streams, with their operations."""
    return {
        "/v1/events": {"get": _stream("Watch all your orders live", "watch_orders", (), ())},
        "/v1/orders/{order_id}/events": {
            "get": _stream("Watch one order live", "watch_order", (_ORDER,), (problems.NotFound,))
        },
    }


def _stream(
    summary: str, name: str, parameters: tuple[Mapping[str, Any], ...], refuses: tuple[type[Problem], ...]
) -> dict[str, Any]:
    refused = {str(each.status): _refusal(each) for each in (*_REFUSES, *refuses)}
    return {
        "tags": [STREAMS_TAG],
        "summary": summary,
        "description": "Server-sent events (HTML standard, 9.2). The connection stays open; a comment comes when"
        " nothing else does. The id of an event is its place in the log.",
        "operationId": name,
        "parameters": [*parameters, *_PARAMETERS],
        "security": [{"accessToken": []}],
        "responses": {
            "200": {
                "description": "The events, as they happen",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
            },
            "204": {"description": "The order has ended, and there is nothing after that event. Do not reconnect."},
            **refused,
        },
    }


def _refusal(problem: type[Problem]) -> dict[str, Any]:
    return {
        "description": problem.title,
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": f"{SCHEMAS}ProblemDocument"},
                "examples": {problem.slug: {"value": problem().document("f3b1c0ffee")}},
            }
        },
    }
