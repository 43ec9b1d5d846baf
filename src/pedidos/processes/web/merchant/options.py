"""The form of a product's options: its groups of choices, replaced as a whole.

It has room for one more group, and for a few more choices in each. What has no name is left out. It names when the
product was last changed, so a stale tab overwrites nothing.
"""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter

from pedidos.domain.access import Role
from pedidos.domain.options import MOST_CHOICES, MOST_CHOSEN, MOST_GROUPS, NewChoice, NewGroup, group_faults
from pedidos.http.acting import who
from pedidos.http.fields import MAX_CHOICE_CENTS, Name
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.sent_values import fits, form_seen
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import options
from pedidos.storage.catalogue.products import Product

MORE_CHOICES = 2
"""Empty choices that each group of the form has."""

pages = Blueprint("options", __name__)

_NAME: TypeAdapter[str] = TypeAdapter(Name)

Fields = Mapping[str, str]
"""Of the form: g0-name, g0-least, g0-most, g0-c0-name, g0-c0-price, g0-c0-offered, …"""


@pages.get("/products/<uuid:product_id>/options")
@allow(Role.MERCHANT, owner=True)
def form(product_id: UUID) -> Response:
    """The groups as they are."""
    product = own.product(product_id)
    return _page(product, _fields(product))


@pages.post("/products/<uuid:product_id>/options")
@allow(Role.MERCHANT, owner=True)
def store(product_id: UUID) -> Response:
    """Replaces the groups, unless the product has changed since the form was made."""
    before = own.product(product_id)
    fields = {name: value.strip() for name, value in request.form.items()}
    errors: dict[str, str] = {}
    groups = _groups(fields, errors)
    if errors:
        return _page(before, fields, errors, status=422)
    if _wanted(before) == groups:  # the form was sent twice
        return redirect_within(f"/products/{product_id}#options")
    changed = options.set_groups(services().engine, own.merchant_id(), product_id, groups, who(), form_seen())
    if changed is not None:
        return redirect_within(f"/products/{product_id}#options")
    said = _("This product was changed meanwhile. Here is how it is now; your change was not stored.")
    now = own.product(product_id)
    return _page(now, _fields(now), notice=said, status=409)


def _groups(fields: Fields, errors: dict[str, str]) -> list[NewGroup]:
    """The groups of the form; notes what is wrong with each field in errors."""
    groups, places = [], []
    for number in range(MOST_GROUPS):
        prefix = f"g{number}"
        choices, choice_places = _choices(prefix, fields, errors)
        if not fields.get(f"{prefix}-name"):
            if choices:
                errors[f"{prefix}-name"] = _("Enter a name of up to 120 characters.")
            continue
        _check_name(f"{prefix}-name", fields, errors)
        least = numbers.units(fields.get(f"{prefix}-least", ""), 0)
        most = numbers.units(fields.get(f"{prefix}-most", ""), 1)
        for name, value in (("least", least), ("most", most)):
            if value is None or value > MOST_CHOSEN:
                errors[f"{prefix}-{name}"] = _("Enter a whole number up to %(most)s.", most=MOST_CHOSEN)
        if not choices:
            errors[f"{prefix}-choices"] = _("Enter at least one choice.")
        groups.append(NewGroup(fields[f"{prefix}-name"], least or 0, most or 1, choices))
        places.append((prefix, choice_places))
    if not errors:
        for path, reason in group_faults(groups):
            prefix, choice_places = places[int(path[0])]
            name = f"{prefix}-{path[1]}" if len(path) == 2 else f"{choice_places[int(path[2])]}-name"
            errors[name] = reason.said(_)
    return groups


def _choices(prefix: str, fields: Fields, errors: dict[str, str]) -> tuple[list[NewChoice], list[str]]:
    """The choices of a group, and where the form has each."""
    choices, places = [], []
    for position in range(MOST_CHOICES):
        place = f"{prefix}-c{position}"
        if not fields.get(f"{place}-name"):
            continue
        _check_name(f"{place}-name", fields, errors)
        price = _price(fields.get(f"{place}-price", ""))
        if price is None:
            example = numbers.price_text(350)
            errors[f"{place}-price"] = _("Enter a price such as %(example)s, or nothing.", example=example)
        choices.append(NewChoice(fields[f"{place}-name"], price or 0, f"{place}-offered" in fields))
        places.append(place)
    return choices, places


def _check_name(field: str, fields: Fields, errors: dict[str, str]) -> None:
    if not fits(_NAME, fields[field]):
        errors[field] = _("Enter a name of up to 120 characters.")


def _price(text: str) -> int | None:
    """The price in cents; nothing is 0. None if it is no price."""
    return 0 if not text else numbers.cents(text, 0, MAX_CHOICE_CENTS)


def _wanted(product: Product) -> list[NewGroup]:
    return [
        NewGroup(
            group.name,
            group.least,
            group.most,
            [NewChoice(each.name, each.price_cents, each.available) for each in group.choices],
        )
        for group in product.groups
    ]


def _fields(product: Product) -> dict[str, str]:
    """The form that makes the groups of the product."""
    fields: dict[str, str] = {}
    for number, group in enumerate(product.groups):
        prefix = f"g{number}"
        fields |= {f"{prefix}-name": group.name, f"{prefix}-least": str(group.least), f"{prefix}-most": str(group.most)}
        for position, choice in enumerate(group.choices):
            place = f"{prefix}-c{position}"
            price = numbers.price_text(choice.price_cents) if choice.price_cents else ""
            fields |= {f"{place}-name": choice.name, f"{place}-price": price}
            if choice.available:
                fields[f"{place}-offered"] = "1"
    return fields


def _page(
    product: Product, fields: Fields, errors: Fields | None = None, *, notice: str = "", status: int = 200
) -> Response:
    groups = [number for number in range(MOST_GROUPS) if fields.get(f"g{number}-name")]
    first_free = next((number for number in range(MOST_GROUPS) if number not in groups), None)
    shown = sorted({*groups, *([] if first_free is None else [first_free])} | _at_fault(errors or {}))
    text = render_template(
        "merchant/options.html",
        product=product,
        fields=fields,
        errors=errors or {},
        notice=notice,
        groups={number: _places(number, fields) for number in shown},
        stored=groups,
    )
    return make_response(text, status)


def _at_fault(errors: Fields) -> set[int]:
    return {int(name[1:].partition("-")[0]) for name in errors}


def _places(number: int, fields: Fields) -> list[str]:
    """Where the form has the choices of a group: those that are there, and some more."""
    prefix = f"g{number}"
    used = [each for each in range(MOST_CHOICES) if fields.get(f"{prefix}-c{each}-name")]
    first_free = max(used, default=-1) + 1
    free = range(first_free, min(first_free + MORE_CHOICES, MOST_CHOICES))
    return [f"{prefix}-c{each}" for each in (*used, *free)]
