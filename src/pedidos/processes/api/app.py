"""The Flask app of the API: its routes and its documents."""

from flask_openapi import OpenAPI

from pedidos.http import health
from pedidos.processes.api import (
    accounts,
    addresses,
    applications,
    audit,
    deliveries,
    documents,
    errors,
    links,
    merchant_people,
    openapi,
    options,
    own_sessions,
    personal_data,
    pictures,
    provider_events,
    quotes,
    ratings,
    refunds,
    second_factor,
    sessions,
    vips,
    webhooks,
)
from pedidos.processes.api.services import services
from pedidos.storage.engine import ping

RESOURCES = (
    sessions.resource,
    own_sessions.resource,
    accounts.resource,
    links.resource,
    second_factor.resource,
    personal_data.resource,
    addresses.resource,
    quotes.resource,
    merchant_people.resource,
    applications.resource,
    options.resource,
    refunds.resource,
    deliveries.resource,
    audit.resource,
    webhooks.resource,
    provider_events.resource,
    pictures.resource,
    ratings.resource,
    vips.resource,
)


def app_without_services() -> OpenAPI:
    """The app with its routes, for the documents. It cannot serve requests."""
    app = openapi.documented_app("pedidos")
    errors.install(app)
    for resource in RESOURCES:
        app.register_api(resource)
    health.install(app, lambda: ping(services().engines.placing))
    documents.install(app)
    return app
