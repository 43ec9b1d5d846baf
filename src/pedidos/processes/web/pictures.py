"""Serves pictures. An address has the version of their bytes, so that a browser asks for each once."""

from uuid import UUID

from flask import Blueprint, Response, request

from pedidos.domain.access import Role, product_scope_of
from pedidos.domain.picture import KEPT_TYPE
from pedidos.http import picture_addresses, problems
from pedidos.http.roles import allow, public
from pedidos.http.static_files import FOREVER
from pedidos.processes.web import visitors
from pedidos.processes.web.services import services
from pedidos.storage.accounts import pictures as own_pictures
from pedidos.storage.catalogue import pictures as product_pictures

FOREVER_FOR_ONE = FOREVER.replace("public", "private")
"""No cache that people share may keep it."""

pages = Blueprint("pictures", __name__)


@pages.get(f"{picture_addresses.PRODUCTS}/<uuid:product_id>/<version>")
@public
def of_product(product_id: UUID, version: str) -> Response:
    """The picture of a product; of one that is not on sale, for its merchant and operators."""
    scope = product_scope_of(visitors.current())
    found = product_pictures.content(services().engine, scope, product_id, version)
    if found is None:
        raise problems.NotFound
    return _served(found.content, version, FOREVER if found.for_everyone else FOREVER_FOR_ONE)


@pages.get(f"{picture_addresses.OWN}/<version>")
@allow(Role.CUSTOMER)
def own(version: str) -> Response:
    """The visitor's own picture."""
    found = own_pictures.picture(services().engine, visitors.identity().account_id)
    if found is None or found.version != version:
        raise problems.NotFound
    return _served(found.content, version, FOREVER_FOR_ONE)


def _served(content: bytes, version: str, caching: str) -> Response:
    response = Response(content, content_type=KEPT_TYPE, headers={"Cache-Control": caching})
    response.set_etag(version)
    response.make_conditional(request)  # of the same bytes, the browser gets 304
    return response
