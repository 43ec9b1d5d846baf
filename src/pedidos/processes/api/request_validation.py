"""Reads and checks a request before its view runs: the account, headers, query and body."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError

from pedidos.domain.access import Identity
from pedidos.http import problems, wsgi
from pedidos.http.fields import field_errors
from pedidos.http.problems import Problem
from pedidos.http.roles import require, roles_of
from pedidos.processes.api import not_json
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
    roles = roles_of(view)
    body: type[Body] | None = takes.get("body")
    query: type[Query] | None = takes.get("query")
    header: type[Headers] | None = takes.get("header")
    path: type[Path] | None = takes.get("path")
    header_names = [field.alias for field in header.model_fields.values() if field.alias] if header else []
    wants_identity = "identity" in takes

    @functools.wraps(view)
    def behind_checks(**parts: Any) -> Response:
        values: dict[str, Any] = {}
        identity = _identified(required=roles is not None) if roles is not None or wants_identity else None
        if identity is None:
            services().anonymous.count_current()
        elif roles is not None:
            require(identity, roles)
        if wants_identity:
            values["identity"] = identity
        if path is not None:
            values["path"] = path.model_construct(None, **parts)
        if header is not None:
            values["header"] = _read_headers(header, header_names)
        if query is not None:
            values["query"] = _read_query(query)
        if body is not None:
            values["body"] = _read_body(body)
        return view(**values)

    # Without this, flask-openapi would validate too, and would compute the JSON Schema of every model at each request.
    behind_checks.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return behind_checks


def _identified(*, required: bool) -> Identity | None:
    """The account that the request speaks for. None: it has no credentials, and requires none."""
    authorization = request.environ.get("HTTP_AUTHORIZATION")
    if authorization is None and not required:
        return None
    identity = services().authenticator.identity(authorization)
    wsgi.current().identity = identity
    return identity


def _read_headers(model: type[Headers], names: Sequence[str]) -> Headers:
    headers = request.headers
    try:
        return model.model_validate({name: headers[name] for name in names if name in headers})
    except ValidationError as error:
        raise model.refusal(errors=field_errors(error)) from error


def _read_query(model: type[Query]) -> Query:
    given = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise problems.InvalidFields(errors=field_errors(error)) from error


def _read_body(model: type[Body]) -> Body:
    if JSON not in (request.content_type, request.mimetype):
        raise problems.UnsupportedMediaType
    data = request.get_data(cache=False)
    if len(data) > services().settings.max_body_bytes:
        raise problems.BodyTooLarge
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        if error.error_count() == 1:
            only = error.errors(include_url=False, include_input=False)[0]
            if only["type"] == "json_invalid":
                raise problems.MalformedJson(not_json.why(data, only["msg"])) from error
        raise problems.InvalidFields(errors=field_errors(error)) from error
