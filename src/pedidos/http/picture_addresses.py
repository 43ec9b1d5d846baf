"""Where pictures are: the process `web` serves them. An address has the version of the bytes, so it can be cached
forever."""

from uuid import UUID

from pedidos.domain.picture import Shown

PRODUCTS = "/pictures/products"
OWN = "/pictures/own"


def of_product(product_id: UUID, shown: Shown) -> str:
    return f"{PRODUCTS}/{product_id}/{shown.version}"


def own(shown: Shown) -> str:
    """That of the account that asks."""
    return f"{OWN}/{shown.version}"
