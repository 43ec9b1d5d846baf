"""The documents of the API: OpenAPI, Swagger UI, problem types, public keys."""

from pathlib import Path

import flask_openapi_swagger
import orjson
from flask import Blueprint, Flask, Response, render_template, request, send_from_directory

from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.processes.api.services import services

_SWAGGER_FILES = Path(flask_openapi_swagger.__file__).parent / "templates" / "swagger"

# Swagger UI sets styles on elements and has its icons as data URLs. Everything else, above all scripts, is ours.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_FOR_AN_HOUR = "public, max-age=3600"


def install(app: Flask) -> None:
    """Adds the documents to the app."""
    pages = Blueprint("documents", __name__, template_folder="pages", static_folder=None)
    pages.add_url_rule("/openapi.json", view_func=openapi)
    pages.add_url_rule("/.well-known/jwks.json", view_func=keys)
    pages.add_url_rule("/docs", view_func=swagger_ui)
    pages.add_url_rule("/docs/assets/<path:name>", view_func=swagger_file)
    pages.add_url_rule("/docs/start.js", view_func=swagger_start)
    pages.add_url_rule("/problems", view_func=problem_types)
    pages.add_url_rule("/problems/<slug>", view_func=problem_type)
    app.register_blueprint(pages)


@public
def openapi() -> Response:
    """The OpenAPI document."""
    return Response(services().specification, content_type="application/json")


@public
def keys() -> Response:
    """The public keys with which access tokens can be checked."""
    return Response(services().jwks, content_type="application/jwk-set+json", headers={"Cache-Control": _FOR_AN_HOUR})


@public
def swagger_ui() -> Response:
    """Swagger UI for the OpenAPI document, from files of the package: it loads nothing from other hosts."""
    return _page(render_template("docs.html"), _DOCS_POLICY)


@public
def swagger_file(name: str) -> Response:
    """A file of Swagger UI."""
    response = send_from_directory(_SWAGGER_FILES, name)
    response.headers["Cache-Control"] = _FOR_AN_HOUR
    return response


@public
def swagger_start() -> Response:
    """The script that starts Swagger UI. It is a separate file, so that inline scripts can stay forbidden."""
    return send_from_directory(Path(__file__).parent / "pages", "docs.js")


@public
def problem_types() -> Response:
    """Every problem type."""
    return _described(problems.catalogue())


@public
def problem_type(slug: str) -> Response:
    """One problem type: the page that the type member of a problem document points to."""
    found = [kind for kind in problems.catalogue() if kind.slug == slug]
    if not found:
        raise problems.NotFound
    return _described(found)


def _described(kinds: list[type[problems.Problem]]) -> Response:
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return _page(render_template("problems.html", problems=kinds), _PAGE_POLICY)
    described = [{"type": k.uri(), "status": k.status, "title": k.title, "about": k.about} for k in kinds]
    return Response(orjson.dumps(described if len(described) > 1 else described[0]), content_type="application/json")


def _page(html: str, policy: str) -> Response:
    return Response(html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})
