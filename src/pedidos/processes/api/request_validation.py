"""Reads and checks a request before its view runs: the account, headers, query and body."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Request, Response, request
from pydantic import BaseModel, ConfigDict, ValidationError

from pedidos.domain.access import Identity
from pedidos.http import problems, wsgi
from pedidos.http.authentication import Authenticator
from pedidos.http.fields import field_errors
from pedidos.http.problems import Problem
from pedidos.http.roles import is_for_owners, require, roles_of
from pedidos.processes.api import not_json
from pedidos.processes.api.body_bytes import body_bytes
from pedidos.processes.api.picture_body import read_picture
from pedidos.processes.api.services import services

JSON = "application/json"


class Body(BaseModel):
    """A JSON request body. Values are not converted, and unknown members are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, regex_engine="rust-regex")


class Query(BaseModel):
    """Query parameters. Their text is converted, and unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")


class Headers(BaseModel):
    """Request headers; the aliases are their names. refusal: the problem if one is missing or malformed."""

    refusal: ClassVar[type[Problem]] = problems.BadRequest


class Path(BaseModel):
    """Parts of the path. The converters of the rule have checked them already."""


def checked(view: Callable[..., Response], takes: Mapping[str, Any]) -> Callable[..., Response]:
    """Wraps the view in its checks."""
    roles, owner = roles_of(view), is_for_owners(view)
    body: type[Body] | None = takes.get("body")
    query: type[Query] | None = takes.get("query")
    header: type[Headers] | None = takes.get("header")
    path: type[Path] | None = takes.get("path")
    named = [(f.alias, environ_name(f.alias)) for f in header.model_fields.values() if f.alias] if header else []
    wants_identity, wants_picture = "identity" in takes, "picture" in takes

    @functools.wraps(view)
    def behind_checks(**parts: Any) -> Response:
        # Each use of Flask's names for the current request and app costs half a microsecond.
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # LocalProxy's, which is not typed
        offered = services()
        values: dict[str, Any] = {}
        identity = None
        if roles is not None or wants_identity:
            identity = _identified(asked, offered.authenticator, required=roles is not None)
        if identity is None:
            offered.anonymous.count_current()
        elif roles is not None:
            require(identity, roles, owner=owner)
        if wants_identity:
            values["identity"] = identity
        if path is not None:
            values["path"] = path.model_construct(None, **parts)
        if header is not None:
            values["header"] = _read_headers(header, asked.environ, named)
        if query is not None:
            values["query"] = _read_query(query)
        if body is not None:
            values["body"] = _read_body(body, asked, offered.settings.max_body_bytes)
        if wants_picture:
            values["picture"] = read_picture(asked, offered.pictures)
        return view(**values)

    # Without this, flask-openapi would validate too, and would compute the JSON Schema of every model at each request.
    behind_checks.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return behind_checks


def environ_name(header: str) -> str:
    """The name of a header in a WSGI environment (PEP 3333)."""
    return f"HTTP_{header.upper().replace('-', '_')}"


def _identified(asked: Request, authenticator: Authenticator, *, required: bool) -> Identity | None:
    """The account that the request speaks for. None: it has no credentials, and requires none."""
    authorization = asked.environ.get("HTTP_AUTHORIZATION")
    if authorization is None and not required:
        return None
    identity = authenticator.identity(authorization)
    wsgi.context_of(asked.environ).identity = identity
    return identity


def _read_headers(model: type[Headers], environ: Mapping[str, Any], named: Sequence[tuple[str, str]]) -> Headers:
    try:
        return model.model_validate({name: environ[key] for name, key in named if key in environ})
    except ValidationError as error:
        raise model.refusal(errors=field_errors(error)) from error


def _read_query(model: type[Query]) -> Query:
    given = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise problems.InvalidFields(errors=field_errors(error)) from error


def _read_body(model: type[Body], asked: Request, most_bytes: int) -> Body:
    if asked.environ.get("CONTENT_TYPE") != JSON and asked.mimetype != JSON:
        raise problems.UnsupportedMediaType
    data = body_bytes(asked, most_bytes)
    if len(data) > most_bytes:
        raise problems.BodyTooLarge
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        if error.error_count() == 1:
            only = error.errors(include_url=False, include_input=False)[0]
            if only["type"] == "json_invalid":
                raise problems.MalformedJson(not_json.why(data, only["msg"])) from error
        raise problems.InvalidFields(errors=field_errors(error)) from error
