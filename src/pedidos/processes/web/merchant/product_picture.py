"""The picture of a product: giving it one, and removing it. Both can be sent twice."""

from uuid import UUID

from flask import Blueprint, Response

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import own
from pedidos.processes.web.merchant.product_page import product_page
from pedidos.processes.web.sent_picture import FIELD, sent_picture
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import pictures

pages = Blueprint("product_picture", __name__)


@pages.post("/products/<uuid:product_id>/picture")
@allow(Role.MERCHANT, owner=True)
def give(product_id: UUID) -> Response:
    """Gives the product the picture of the form, in place of the one it had."""
    sent = sent_picture()
    product = own.product(product_id)
    if isinstance(sent, str):
        return product_page(product, errors={FIELD: sent}, status=422)
    if pictures.set_picture(services().engine, own.merchant_id(), product_id, sent, who()) is None:
        raise problems.NotFound
    return redirect_within(f"/products/{product_id}#picture")


@pages.post("/products/<uuid:product_id>/picture/remove")
@allow(Role.MERCHANT, owner=True)
def remove(product_id: UUID) -> Response:
    """Removes the picture. One that is gone already is no error: another tab has removed it."""
    if pictures.remove_picture(services().engine, own.merchant_id(), product_id, who()) is None:
        raise problems.NotFound
    return redirect_within(f"/products/{product_id}#picture")
