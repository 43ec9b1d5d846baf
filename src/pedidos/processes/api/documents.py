"""The documents of the API: OpenAPI, Swagger UI, problem types, public keys."""

import functools
from collections.abc import Mapping
from typing import cast

import orjson
from flask import Blueprint, Flask, Response, render_template, request

from pedidos.http import assets, problems
from pedidos.http.languages import headers_of, translate_to
from pedidos.http.reader import language
from pedidos.http.roles import View, public
from pedidos.http.static_files import address, static_files
from pedidos.processes.api.compartments import Kind, within
from pedidos.processes.api.services import services
from pedidos.security.rotation import COPY_SECONDS
from pedidos.sentence import Sentence
from pedidos.setup.demo_accounts import CUSTOMER
from pedidos.setup.exposure import is_on_loopback, is_only_for_this_machine
from pedidos.texts import language_tag

# Swagger UI sets styles on elements and has its icons as data URLs. Everything else, above all scripts, is ours.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_KEY_SET_COPIED = f"public, max-age={COPY_SECONDS}"  # a key is published for longer than this before it signs
_LONGEST_ACCEPT = 500
"""Characters of the header Accept that are read. Browsers send fewer than 200."""


def install(app: Flask) -> None:
    """Adds the documents to the app."""
    assets.install(app)
    pages = Blueprint("documents", __name__, template_folder="pages", static_folder=None)
    pages.add_url_rule("/openapi.json", view_func=_limited(openapi))
    pages.add_url_rule("/.well-known/jwks.json", view_func=_limited(keys))
    pages.add_url_rule("/docs", view_func=_limited(swagger_ui))
    pages.add_url_rule("/problems", view_func=_limited(problem_types))
    pages.add_url_rule("/problems/<slug>", view_func=_limited(problem_type))
    app.register_blueprint(pages)


def _limited(view: View) -> View:
    """The view with the limit on requests without an account, in the threads of requests other than orders."""

    @functools.wraps(view)
    def counted(**values: object) -> object:
        services().anonymous.count_current()
        return view(**values)

    return within(Kind.OTHERS, cast(View, counted))


@public
def openapi() -> Response:
    """The OpenAPI document, which `./pedidos docs` makes from the routes."""
    return Response(static_files().by_path["openapi.json"].read_bytes(), content_type="application/json")


@public
def keys() -> Response:
    """The public keys with which access tokens can be checked."""
    document = services().authenticator.verifier.document()
    return Response(document, content_type="application/jwk-set+json", headers={"Cache-Control": _KEY_SET_COPIED})


@public
def swagger_ui() -> Response:
    """Swagger UI for the OpenAPI document, from files of the package: it loads nothing from other hosts."""
    return _page(render_template("docs.html", address=address, example=_example()), _DOCS_POLICY)


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
    locale = language()
    translate = translate_to(locale)
    described = [
        {"type": k.uri(), "status": k.status, "title": k.title.said(translate), "about": k.about.said(translate)}
        for k in kinds
    ]
    if _wants_a_page():
        heading = Sentence("Problem types of the pedidos API").said(translate)
        text = render_template("problems.html", problems=described, heading=heading, language=language_tag(locale))
        response = _page(text, _PAGE_POLICY)
    else:
        body = orjson.dumps(described if len(described) > 1 else described[0])
        response = Response(body, content_type="application/json")
    response.headers.extend(headers_of(locale))
    return response


def _example() -> Mapping[str, str]:
    """The credentials of the sign-in example: those of the demo's customer, for a reader at this machine, on a platform
    that no one else reaches. Otherwise none, and the example is that of the document."""
    settings = services().settings
    here = settings.demo and is_only_for_this_machine(settings) and is_on_loopback(f"//{request.host}")
    return {"email": CUSTOMER, "password": settings.demo_password} if here and settings.demo_password else {}


def _wants_a_page() -> bool:
    """By the header Accept. Comparing thousands of its members would take as many milliseconds."""
    accept = request.headers.get("Accept", "")
    if len(accept) > _LONGEST_ACCEPT:
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _page(html: str, policy: str) -> Response:
    return Response(html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})
