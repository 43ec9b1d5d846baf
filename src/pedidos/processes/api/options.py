"""Options of products, as their merchants edit them, and what is sold out today."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, merchant_of
from pedidos.domain.options import MOST_CHOICES, MOST_CHOSEN, MOST_GROUPS, group_faults
from pedidos.domain.options import NewChoice as WantedChoice
from pedidos.domain.options import NewGroup as WantedGroup
from pedidos.domain.schedule import end_of_day
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import WHOLE, ChoiceCents, Name
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow
from pedidos.processes.api import stock
from pedidos.processes.api.products import ProductAnswer, ProductPath, found
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.services import services
from pedidos.storage.catalogue import merchants, options, sold_out

resource = stock.resource  # the same paths


class NewChoice(Body):
    """A choice of a group."""

    name: Name = Field(examples=["Catupiry"])
    price_cents: ChoiceCents = Field(0, description="Added to the price of the product.")
    available: bool = True


class NewGroup(Body):
    """A group of choices. least and most: how many of them an item has."""

    name: Name = Field(examples=["Recheio"])
    least: Annotated[int, Field(ge=0, le=MOST_CHOSEN, examples=[0]), WHOLE] = 0
    most: Annotated[int, Field(ge=1, le=MOST_CHOSEN, examples=[2]), WHOLE] = 1
    choices: list[NewChoice] = Field(min_length=1, max_length=MOST_CHOICES)


class NewOptions(Body):
    """All groups of the product. What keeps its name keeps its id; what is left out is removed."""

    groups: list[NewGroup] = Field(max_length=MOST_GROUPS)


class ChoicePath(ProductPath):
    choice_id: UUID = Field(description="Id of the choice.")


_change = partial(resource.operation, answers={200: ProductAnswer}, refuses=[problems.OutcomeUnknown])


@_change("put", "/products/<uuid:product_id>/options")
@allow(Role.MERCHANT, owner=True)
def set_options(identity: Identity, path: ProductPath, body: NewOptions) -> Response:
    """Replace the options of your product. Existing orders keep theirs"""
    groups = [
        WantedGroup(
            group.name,
            group.least,
            group.most,
            [WantedChoice(each.name, each.price_cents, each.available) for each in group.choices],
        )
        for group in body.groups
    ]
    wrong = group_faults(groups)
    if wrong:
        raise problems.InvalidFields(
            errors=[FieldError(".".join(map(str, ("groups", *each.path))), each.reason) for each in wrong]
        )
    return found(options.set_groups(services().engine, merchant_of(identity), path.product_id, groups, who()))


@_change("put", "/products/<uuid:product_id>/sold-out-today")
@allow(Role.MERCHANT)
def mark_sold_out(identity: Identity, path: ProductPath) -> Response:
    """Mark your product as sold out until the end of your day. New orders for it are rejected"""
    return _marked(identity, path.product_id)


@_change("delete", "/products/<uuid:product_id>/sold-out-today")
@allow(Role.MERCHANT)
def mark_back(identity: Identity, path: ProductPath) -> Response:
    """End the mark: your product can be ordered again"""
    return found(sold_out.mark(services().engine, merchant_of(identity), path.product_id, None, who()))


@_change("put", "/products/<uuid:product_id>/choices/<uuid:choice_id>/sold-out-today")
@allow(Role.MERCHANT)
def mark_choice_sold_out(identity: Identity, path: ChoicePath) -> Response:
    """Mark a choice of your product as sold out until the end of your day. New orders with it are rejected"""
    return _marked(identity, path.product_id, path.choice_id)


@_change("delete", "/products/<uuid:product_id>/choices/<uuid:choice_id>/sold-out-today")
@allow(Role.MERCHANT)
def mark_choice_back(identity: Identity, path: ChoicePath) -> Response:
    """End the mark: the choice can be ordered again"""
    engine, merchant_id = services().engine, merchant_of(identity)
    return found(sold_out.mark(engine, merchant_id, path.product_id, None, who(), choice_id=path.choice_id))


def _marked(identity: Identity, product_id: UUID, choice_id: UUID | None = None) -> Response:
    engine, merchant_id = services().engine, merchant_of(identity)
    shop = merchants.merchant(engine, merchant_id)
    if shop is None:
        raise problems.NotFound
    until = end_of_day(shop.hours, shop.time_zone, datetime.now(UTC), shop.closures)
    return found(sold_out.mark(engine, merchant_id, product_id, until, who(), choice_id=choice_id))
