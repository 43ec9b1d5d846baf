"""Creates the API: a Flask app with its routes, its checks and its documents."""

from flask_openapi import OpenAPI

from pedidos.errors import DatabaseUnavailable, Held
from pedidos.http import health, wsgi
from pedidos.processes.api import (
    accounts,
    compartments,
    documents,
    errors,
    limits,
    merchants,
    openapi,
    orders,
    products,
    sessions,
)
from pedidos.processes.api.engines import make_engines
from pedidos.processes.api.group_commit import GroupCommit
from pedidos.processes.api.place_order import place_together
from pedidos.processes.api.services import Services, provide, services
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE, derived_secret, read_signing_key
from pedidos.security.passwords import nobodys_hash
from pedidos.security.tokens import TokenSigner, TokenVerifier
from pedidos.settings.processes import ApiSettings
from pedidos.storage.engine import ping

RESOURCES = (sessions.resource, accounts.resource, merchants.resource, products.resource, orders.resource)

MOST_AT_ONCE = 100
"""Maximum number of orders in one commit."""


def create_app(settings: ApiSettings) -> OpenAPI:
    """The WSGI app. Raises keys.BadKeys, and ValueError for an invalid setting."""
    keys = settings.keys_dir
    app = app_without_services()
    # One byte more than the limit: Werkzeug silently truncates a body without Content-Length at this size.
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1
    engines = make_engines(settings)
    services = Services(
        settings,
        engines,
        TokenVerifier(keys / JWKS_FILE),
        TokenSigner(keys / SIGNING_FILE, settings.access_token_seconds),
        derived_secret(read_signing_key(keys / SIGNING_FILE), "refresh tokens"),
        GroupCommit(
            lambda orders: place_together(engines.placing, orders, settings.idempotency_hours),
            MOST_AT_ONCE,
            DatabaseUnavailable,
            Held,
        ),
        jwks=(keys / JWKS_FILE).read_bytes(),
        specification=openapi.specification(app),
    )
    provide(app, services)
    compartments.install(app, compartments.make_compartments(settings))
    limits.install(app, settings)
    nobodys_hash()  # created now, so that the first sign-in takes no longer than the others
    wsgi.install(app)
    return app


def app_without_services() -> OpenAPI:
    """The app with its routes, for the documents. It cannot serve requests."""
    app = openapi.documented_app("pedidos")
    errors.install(app)
    for resource in RESOURCES:
        app.register_api(resource)
    health.install(app, lambda: ping(services().engines.placing))
    documents.install(app)
    return app
