"""The page of one product: its fields, its stock, and who changed the stock."""

import uuid
from collections.abc import Mapping

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _

from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.sent_values import row_id
from pedidos.processes.web.services import services
from pedidos.storage.catalogue.products import Product
from pedidos.storage.inventory import history
from pedidos.storage.inventory.counting import Kind

PAGE = 20

KINDS = {Kind.COUNTED: _("counted"), Kind.RECEIVED: _("received")}


def product_page(
    product: Product,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    """given: what a form contained that is shown again. errors: what is wrong with each field of it. notice: what
    happened, if it is not what was wanted."""
    shown = given or {
        "name": product.name,
        "category": product.category,
        "description": product.description,
        "price": numbers.price_text(product.price_cents),
    }
    merchant = own.merchant()
    changes = history.changes(services().engine, merchant.id, product.id, row_id("before"), PAGE + 1)
    text = render_template(
        "merchant/product.html",
        product=product,
        given=shown,
        errors=errors or {},
        notice=notice,
        changes=changes[:PAGE],
        more=changes[PAGE - 1].id if len(changes) > PAGE else None,
        kinds=KINDS,
        zone=merchant.time_zone,
        key=uuid.uuid4(),
    )
    return make_response(text, status)
