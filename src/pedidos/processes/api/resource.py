"""Declares routes: the rule, the roles, the parameters, the responses and the problems; checked and documented."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

from flask import Response
from flask_openapi import APIBlueprint, Tag
from flask_openapi.models import Schema
from flask_openapi.utils import get_model_schema
from pydantic import BaseModel
from werkzeug.datastructures import Headers

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.error_handling import CONTENT_TYPE
from pedidos.http.limits import is_limited
from pedidos.http.problems import Problem
from pedidos.http.roles import EVERY_ROLE, View, roles_of
from pedidos.processes.api import picture_body
from pedidos.processes.api.compartments import Kind, within
from pedidos.processes.api.request_validation import JSON, checked

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SCHEMAS = "#/components/schemas/"


class Answer(BaseModel):
    """The body of a JSON response."""


class JsonResponse(Response):
    """A response that sends its headers unchanged. Werkzeug would parse and rewrite the address in Location."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:  # noqa: ARG002  # the signature is Werkzeug's
        return self.headers


def reply(answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer as a JSON response. Header values must be ASCII."""
    body = answer.__pydantic_serializer__.to_json(answer)
    sent = [("Content-Type", JSON), ("Content-Length", str(len(body))), *(headers or {}).items()]
    return JsonResponse(body, status, Headers(sent))


class Resource(APIBlueprint):
    """The routes of one resource."""

    def __init__(self, name: str, prefix: str, about: str) -> None:
        super().__init__(name.lower(), __name__, url_prefix=prefix, abp_tags=[Tag(name=name, description=about)])

    def operation(
        self,
        method: str,
        rule: str,
        *,
        answers: Mapping[int, type[Answer] | None],
        refuses: Iterable[type[Problem]] = (),
        sends: Mapping[str, str] | None = None,
        kind: Kind = Kind.OTHERS,
        media_type: str | None = None,
    ) -> Callable[[View], View]:
        """Declares a route. The view's annotations say what it takes: body, query, header and path are models, picture
        is the body of another kind.

        answers: by status, the model of the body, or None for no body. refuses: problems that do not follow from the
        other declarations. sends: headers of the response, with their meaning. kind: the kind of request, whose share
        of threads and connections it uses. media_type: of answers that have a body without a model.
        """

        def declare(view: View) -> View:
            roles = roles_of(view)
            takes = get_type_hints(view)
            possible = {*refuses, *_implied(takes, roles=roles, limited=is_limited(view), kind=kind)}
            register = getattr(self, method)
            register(
                rule,
                operation_id=view.__name__,
                responses=self._answers(answers, sends or {}, media_type) | _refusals(possible),
                security=_security(takes, roles),
                **({"request_body": picture_body.DOCUMENTED} if "picture" in takes else {}),
            )(checked(within(kind, view), takes))
            return view

        return declare

    def _answers(
        self, answers: Mapping[int, type[Answer] | None], sends: Mapping[str, str], media_type: str | None
    ) -> dict[str, Any]:
        documented: dict[str, Any] = {}
        headers = {name: {"description": about, "schema": {"type": "string"}} for name, about in sends.items()}
        for status, model in answers.items():
            documented[str(status)] = {"description": _first_line(model), "headers": headers}
            if model is not None:
                self._remember(model)
                documented[str(status)]["content"] = {JSON: {"schema": {"$ref": SCHEMAS + model.__name__}}}
            elif media_type is not None:
                documented[str(status)] = {
                    "description": "The file",
                    "headers": headers,
                    "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
                }
        return documented

    def _remember(self, model: type[BaseModel]) -> None:
        schema = get_model_schema(model, mode="serialization")
        definitions = schema.pop("$defs", {})
        self.components_schemas |= {name: Schema(**value) for name, value in definitions.items()}
        self.components_schemas[model.__name__] = Schema(**schema)


def _security(takes: Mapping[str, Any], roles: frozenset[Role] | None) -> list[dict[str, list[str]]] | None:
    """The credentials of a route, as OpenAPI has them. {}: none are needed."""
    if roles is None:
        return [{}, {"accessToken": []}] if "identity" in takes else None
    return [{"accessToken": []}]


def _implied(
    takes: Mapping[str, Any], *, roles: frozenset[Role] | None, limited: bool, kind: Kind
) -> set[type[Problem]]:
    """The problems that follow from the declarations of a route."""
    implied: set[type[Problem]] = {problems.BadRequest, problems.InternalError, problems.Unavailable, problems.Held}
    if roles is not None or "identity" in takes:
        implied |= {problems.Unauthenticated}
    if roles not in (None, EVERY_ROLE):
        implied |= {problems.Forbidden}
    if kind is not Kind.PLACING:
        implied |= {problems.Busy}
    if limited or kind is Kind.LISTS:
        implied |= {problems.TooManyRequests}
    if "path" in takes:
        implied |= {problems.NotFound}
    if "header" in takes:
        implied |= {takes["header"].refusal}
    if "query" in takes:
        implied |= {problems.InvalidFields}
    if "picture" in takes:
        implied |= {problems.BodyTooLarge, problems.InvalidFields, problems.Conflict}
    if "body" in takes:
        implied |= {
            problems.MalformedJson,
            problems.BodyTooLarge,
            problems.UnsupportedMediaType,
            problems.InvalidFields,
            problems.Conflict,
        }
    return implied


def _refusals(possible: set[type[Problem]]) -> dict[str, Any]:
    documented: dict[str, Any] = {}
    for status in sorted({problem.status for problem in possible}):
        kinds = sorted((p for p in possible if p.status == status), key=lambda p: p.slug)
        documented[str(status)] = {
            "description": "; ".join(kind.title for kind in kinds),
            "content": {
                CONTENT_TYPE: {
                    "schema": {"$ref": f"{SCHEMAS}ProblemDocument"},
                    "examples": {kind.slug: {"value": kind().document("f3b1c0ffee")} for kind in kinds},
                }
            },
        }
    return documented


def _first_line(model: type[Answer] | None) -> str:
    return (model.__doc__ or "").strip().split("\n")[0] if model else "Success, without a body"
