"""How a route is declared: its rule, who may use it, what it takes, answers and refuses; checked and documented."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_type_hints

from flask import Response
from flask_openapi import APIBlueprint, Tag
from flask_openapi.models import Schema
from flask_openapi.utils import get_model_schema
from pydantic import BaseModel

from pedidos.processes.api import problems
from pedidos.processes.api.intake import JSON, checked
from pedidos.processes.api.limits import is_limited
from pedidos.processes.api.permissions import View, roles_of
from pedidos.processes.api.problems import Problem

PROBLEM_JSON = "application/problem+json"
SCHEMAS = "#/components/schemas/"


class Answer(BaseModel):
    """A JSON answer."""


def reply(answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer as JSON."""
    response = Response(answer.__pydantic_serializer__.to_json(answer), status, content_type=JSON)
    if headers:
        response.headers.extend(headers)
    return response


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
    ) -> Callable[[View], View]:
        """Declares a route. The view's annotations say what it takes: body, query, header and path are models.

        answers: by status, the model of the body or None for no body. refuses: problems beyond those that follow from
        the rest. sends: headers of the answer, with what they mean.
        """

        def declare(view: View) -> View:
            roles = roles_of(view)
            takes = get_type_hints(view)
            possible = {*refuses, *_implied(takes, signed_in=roles is not None, limited=is_limited(view))}
            register = getattr(self, method)
            register(
                rule,
                operation_id=view.__name__,
                responses=self._answers(answers, sends or {}) | _refusals(possible),
                security=[{"accessToken": []}] if roles is not None else None,
            )(checked(view, takes))
            return view

        return declare

    def _answers(self, answers: Mapping[int, type[Answer] | None], sends: Mapping[str, str]) -> dict[str, Any]:
        documented: dict[str, Any] = {}
        headers = {name: {"description": about, "schema": {"type": "string"}} for name, about in sends.items()}
        for status, model in answers.items():
            documented[str(status)] = {"description": _first_line(model), "headers": headers}
            if model is not None:
                self._remember(model)
                documented[str(status)]["content"] = {JSON: {"schema": {"$ref": SCHEMAS + model.__name__}}}
        return documented

    def _remember(self, model: type[BaseModel]) -> None:
        schema = get_model_schema(model, mode="serialization")
        definitions = schema.pop("$defs", {})
        self.components_schemas |= {name: Schema(**value) for name, value in definitions.items()}
        self.components_schemas[model.__name__] = Schema(**schema)


def _implied(takes: Mapping[str, Any], *, signed_in: bool, limited: bool) -> set[type[Problem]]:
    """The problems that follow from what a route takes."""
    implied: set[type[Problem]] = {problems.BadRequest, problems.InternalError, problems.Unavailable}
    if signed_in:
        implied |= {problems.Unauthenticated, problems.Forbidden}
    if limited:
        implied |= {problems.TooManyRequests}
    if "path" in takes:
        implied |= {problems.NotFound}
    if "header" in takes:
        implied |= {takes["header"].refusal}
    if "query" in takes:
        implied |= {problems.InvalidFields}
    if "body" in takes:
        implied |= {
            problems.MalformedJson,
            problems.BodyTooLarge,
            problems.UnsupportedMediaType,
            problems.InvalidFields,
        }
    return implied


def _refusals(possible: set[type[Problem]]) -> dict[str, Any]:
    documented: dict[str, Any] = {}
    for status in sorted({problem.status for problem in possible}):
        kinds = sorted((p for p in possible if p.status == status), key=lambda p: p.slug)
        documented[str(status)] = {
            "description": "; ".join(kind.title for kind in kinds),
            "content": {
                PROBLEM_JSON: {
                    "schema": {"$ref": f"{SCHEMAS}ProblemDocument"},
                    "examples": {kind.slug: {"value": kind().document("f3b1c0ffee")} for kind in kinds},
                }
            },
        }
    return documented


def _first_line(model: type[Answer] | None) -> str:
    return (model.__doc__ or "").strip().split("\n")[0] if model else "Done"
