"""Products: what a merchant sells, and the prices."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage, merchant_of, product_scope_of
from pedidos.http import picture_addresses, problems
from pedidos.http.acting import who
from pedidos.http.fields import Category, Description, Name, PriceCents, SearchText, Units
from pedidos.http.roles import allow, public
from pedidos.processes.api import cursors
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.merchants import MerchantPath, PageQuery
from pedidos.processes.api.option_answers import GroupAnswer, group_answers
from pedidos.processes.api.picture_answers import PictureAnswer, picture_answer
from pedidos.processes.api.request_validation import Body, Path
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.catalogue import merchants, products


class ProductPath(Path):
    product_id: UUID = Field(description="Id of the product.")


class ProductQuery(PageQuery):
    active: bool = Field(
        True, description="true: products on sale; false: withdrawn products, which their merchant and operators see."
    )


class SearchQuery(PageQuery):
    q: SearchText
    merchant_id: UUID | None = Field(None, description="Only products of this merchant.")


class NewProduct(Body):
    """A product to add."""

    name: Name = Field(examples=["Pão de queijo"])
    description: Description = ""
    price_cents: PriceCents
    active: bool = True
    on_hand: Units = 0
    category: Category = ""


class ProductChanges(Body):
    """Fields to change; a field that is left out keeps its value."""

    name: Name | None = None
    description: Description | None = None
    price_cents: PriceCents | None = None
    active: bool | None = None
    category: Category | None = None


class ProductAnswer(Answer):
    """A product"""

    id: UUID
    merchant_id: UUID
    name: str
    description: str
    price_cents: int
    active: bool = Field(description="Whether the product is on sale.")
    on_hand: int = Field(description="Units that can be ordered.")
    updated_at: datetime
    sold_out_until: datetime | None = Field(
        description="The end of the merchant's day, if the product is sold out today: orders for it are rejected."
    )
    category: str = Field(description="Under which the menu has it; empty if under none.")
    groups: list[GroupAnswer] = Field(description="What can be chosen with it.")
    picture: PictureAnswer | None


class ProductPage(Answer):
    """A page of products"""

    items: list[ProductAnswer]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


resource = Resource("Products", "/v1", "Products of the merchants, their prices and their stock.")


@resource.operation("get", "/merchants/<uuid:merchant_id>/products", answers={200: ProductPage})
@public
def list_products(identity: Identity | None, path: MerchantPath, query: ProductQuery) -> Response:
    """List the products of a merchant"""
    engine = services().engine
    after = cursors.decode(query.cursor)
    scope = product_scope_of(identity)
    listed = products.products(engine, scope, path.merchant_id, query.active, after, query.limit + 1)
    if not listed and merchants.merchant(engine, path.merchant_id) is None:
        raise problems.NotFound
    page, more = cursors.split(listed, query.limit)
    return reply(
        ProductPage(
            items=[_answer(product) for product in page], next_cursor=cursors.encode(page[-1].id) if more else None
        )
    )


@resource.operation("get", "/products", answers={200: ProductPage}, kind=Kind.LISTS)
@public
def search_products(query: SearchQuery) -> Response:
    """Find products on sale by name, of all merchants"""
    after = cursors.decode(query.cursor)
    listed = products.search(services().engines.lists, query.q, after, query.limit + 1, query.merchant_id)
    page, more = cursors.split(listed, query.limit)
    return reply(
        ProductPage(
            items=[_answer(product) for product in page], next_cursor=cursors.encode(page[-1].id) if more else None
        )
    )


@resource.operation(
    "post",
    "/merchants/<uuid:merchant_id>/products",
    answers={201: ProductAnswer},
    refuses=[problems.OutcomeUnknown],
    sends={"Location": "Address of the product."},
)
@allow(Role.MERCHANT, owner=True)
def add_product(identity: Identity, path: MerchantPath, body: NewProduct) -> Response:
    """Add a product to your catalogue"""
    if not may_manage(identity, path.merchant_id):
        raise problems.NotFound
    product = products.add_product(
        services().engine,
        path.merchant_id,
        who(),
        name=body.name,
        description=body.description,
        price_cents=body.price_cents,
        active=body.active,
        on_hand=body.on_hand,
        category=body.category,
    )
    return reply(_answer(product), 201, {"Location": f"/v1/products/{product.id}"})


@resource.operation("get", "/products/<uuid:product_id>", answers={200: ProductAnswer})
@public
def read_product(identity: Identity | None, path: ProductPath) -> Response:
    """Read a product"""
    return found(products.product(services().engine, product_scope_of(identity), path.product_id))


@resource.operation(
    "patch", "/products/<uuid:product_id>", answers={200: ProductAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def change_product(identity: Identity, path: ProductPath, body: ProductChanges) -> Response:
    """Change one of your products. Existing orders keep their price"""
    change = products.ProductChange(body.name, body.description, body.price_cents, body.active, body.category)
    return found(products.change_product(services().engine, merchant_of(identity), path.product_id, change, who()))


def found(product: products.Product | None) -> Response:
    """The product as an answer. Raises NotFound if there is none."""
    if product is None:
        raise problems.NotFound
    return reply(_answer(product))


def _answer(product: products.Product) -> ProductAnswer:
    return ProductAnswer(
        id=product.id,
        merchant_id=product.merchant_id,
        name=product.name,
        description=product.description,
        price_cents=product.price_cents,
        active=product.active,
        on_hand=product.on_hand,
        updated_at=product.updated_at,
        sold_out_until=product.sold_out_until,
        category=product.category,
        groups=group_answers(product.groups),
        picture=picture_answer(picture_addresses.of_product(product.id, product.picture), product.picture)
        if product.picture
        else None,
    )
