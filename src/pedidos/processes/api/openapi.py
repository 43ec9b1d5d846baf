"""Creates the OpenAPI 3.1 document from the routes."""

from typing import Any

import orjson
from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_openapi import OpenAPI
from flask_openapi.models import Info, SecurityScheme
from pydantic import BaseModel, ConfigDict, Field

from pedidos import __version__
from pedidos.processes.api.stream_operations import STREAMS_TAG, stream_operations

TITLE = "pedidos"
ABOUT = """Accepts orders at once and processes them in the background.

Sign in at `/v1/auth/token`, and send the access token as `Authorization: Bearer …`. Find products at `/v1/merchants`,
then place an order at `/v1/orders`. The answer `202` means that the order is stored durably. The timeline of the order
shows its progress, and `/v1/orders/{id}/events` sends it live (server-sent events).

Every error is a problem document (RFC 9457). Its `type` is an address that explains it: see
[all problem types](/problems).
"""


class FieldErrorDocument(BaseModel):
    """A field that is not valid."""

    field: str = Field(description="Dotted path into the request.", examples=["items.0.quantity"])
    message: str


class ProblemDocument(BaseModel):
    """An error as RFC 9457 describes it. Some types have additional members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Address that explains the problem type.", examples=["/problems/invalid-fields"])
    title: str
    status: int
    detail: str | None = Field(None, description="Explains this occurrence.")
    errors: list[FieldErrorDocument] | None = Field(None, description="Fields that are not valid.")
    request_id: str = Field(description="The id under which the request is logged.")


class _NoSessions(SessionInterface):
    """The API has no sessions of Flask. Its own interface makes an object for each request to say so."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002  # the signature is Flask's
        return _NO_SESSION

    def is_null_session(self, obj: object) -> bool:
        return obj is _NO_SESSION


_NO_SESSION = NullSession()


def documented_app(name: str) -> OpenAPI:
    """A Flask app that documents its routes."""
    app = OpenAPI(
        name,
        info=Info(title=TITLE, version=__version__, description=ABOUT),
        security_schemes={"accessToken": SecurityScheme(type="http", scheme="bearer", bearerFormat="JWT")},
        validation_error_model=ProblemDocument,
        doc_ui=False,
        static_folder=None,
    )
    app.openapi_version = "3.1.1"
    app.session_interface = _NoSessions()
    # A redirect from //orders to /orders would name the host that the request claims to be for.
    app.url_map.merge_slashes = False
    return app


def specification(app: OpenAPI) -> bytes:
    """The OpenAPI document of the routes that are registered."""
    document: dict[str, Any] = app.api_doc
    for path in document["paths"].values():
        for operation in path.values():
            # flask-openapi adds its own form of 422 where none is declared. Ours are all declared.
            operation["responses"] = {
                status: response
                for status, response in operation["responses"].items()
                if status != "422" or "application/problem+json" in response["content"]
            }
    document["paths"] |= stream_operations()
    document["tags"].append({"name": STREAMS_TAG, "description": "Events of orders, as they happen."})
    return orjson.dumps(document)
