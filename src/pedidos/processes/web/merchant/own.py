"""What belongs to the visitor of a merchant's pages: the merchant of the account, and its products."""

from uuid import UUID

from pedidos.domain.access import ProductScope, merchant_of
from pedidos.http import problems
from pedidos.processes.web import visitors
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants, products
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.catalogue.products import Product


def merchant_id() -> UUID:
    """The id of the visitor's merchant, for views with @allow(Role.MERCHANT)."""
    return merchant_of(visitors.identity())


def merchant() -> Merchant:
    """The visitor's merchant. Raises LookupError: an account's merchant is never deleted."""
    found = merchants.merchant(services().engine, merchant_id())
    if found is None:
        raise LookupError(merchant_id())
    return found


def product(product_id: UUID) -> Product:
    """A product of the visitor's merchant, also a withdrawn one. Raises NotFound."""
    found = products.product(services().engine, ProductScope(merchant_id()), product_id)
    if found is None or found.merchant_id != merchant_id():
        raise problems.NotFound
    return found
