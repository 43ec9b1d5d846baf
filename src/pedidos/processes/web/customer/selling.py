"""Selling here: the form with which a customer applies as a merchant, and what became of it."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from pedidos.domain import tax_number
from pedidos.domain.access import Role
from pedidos.domain.schedule import Interval
from pedidos.http.acting import who
from pedidos.http.fields import MAX_FEE_CENTS, Name, PostalAddress, TaxNumber
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.formats import money
from pedidos.processes.web.merchant import numbers, week
from pedidos.processes.web.services import services
from pedidos.storage.merchants import applications
from pedidos.storage.merchants.applications import NewApplication, Status

ZONE = "America/Sao_Paulo"
"""Of the shops that apply on a page; another one can be named with the API."""

FIRST_HOURS = [Interval(weekday, 11 * 60, 22 * 60) for weekday in range(1, 7)]
"""What the form proposes."""

pages = Blueprint("selling", __name__, url_prefix="/sell")


class Shop(BaseModel):
    """What the form asks for, besides hours and money."""

    name: Name
    tax_number: TaxNumber
    address: PostalAddress


@pages.get("")
@allow(Role.CUSTOMER)
def overview() -> Response:
    """The form; or the application, if there is one that is not refused."""
    found = applications.of_account(services().engine, visitors.identity().account_id)
    if found is not None and found.status is not Status.REFUSED:
        number = tax_number.parse(found.asked.tax_number)
        text = render_template("customer/sell_sent.html", application=found, number=number, days=week.DAYS, zone=ZONE)
        return make_response(text)
    if found is None:
        return _form({}, {}, week.fields(FIRST_HOURS))
    asked = found.asked
    given = {
        "name": asked.name,
        "tax_number": str(tax_number.parse(asked.tax_number)),
        "address": asked.address,
        "fee": numbers.price_text(asked.delivery_fee_cents),
    }
    return _form(given, {}, week.fields(asked.hours), refused=found.reason)


@pages.post("")
@allow(Role.CUSTOMER)
def apply() -> Response:
    """Stores the application, or shows the form again with what is wrong. Sent twice, it is one."""
    given = {name: request.form.get(name, "").strip()[:400] for name in (*Shop.model_fields, "fee")}
    errors: dict[str, str] = {}
    day_errors: dict[int, str] = {}
    shop = _checked(given, errors)
    fee = numbers.cents(given["fee"] or "0", 0, MAX_FEE_CENTS)
    if fee is None:
        errors["fee"] = _("Enter an amount of at most %(most)s.", most=money(MAX_FEE_CENTS))
    try:
        hours = week.read(request.form)
    except week.Unreadable as error:
        day_errors[error.weekday] = error.said()
        hours = []
    if shop is None or fee is None or errors or day_errors:
        return _form(given, errors, week.given(request.form), day_errors=day_errors, status=422)
    wanted = NewApplication(shop.name, shop.tax_number, shop.address, ZONE, hours, fee)
    try:
        applications.apply(services().engine, visitors.identity().account_id, wanted, who())
    except applications.AlreadyApplied:
        pass  # the form was sent twice, or from two tabs: the page shows what is stored
    except applications.TaxNumberTaken:
        errors["tax_number"] = _("A shop, or another application, has this number.")
        return _form(given, errors, week.given(request.form), status=409)
    return redirect_within("/sell")


def _checked(given: Mapping[str, str], errors: dict[str, str]) -> Shop | None:
    try:
        return Shop(**{name: given[name] for name in Shop.model_fields})
    except ValidationError as error:
        said = {
            "name": _("Enter a name of up to 120 characters."),
            "tax_number": _("This is no CNPJ and no CPF: a digit is missing or wrong."),
            "address": _("Enter an address of up to 300 characters in one line."),
        }
        errors.update({str(each["loc"][0]): said[str(each["loc"][0])] for each in error.errors()})
        return None


def _form(
    given: Mapping[str, str],
    errors: Mapping[str, str],
    fields: Mapping[int, Sequence[tuple[str, str]]],
    *,
    day_errors: Mapping[int, str] | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    text = render_template(
        "customer/sell.html",
        given=given,
        errors=errors,
        fields=fields,
        day_errors=day_errors or {},
        days=week.DAYS,
        zone=ZONE,
        refused=refused,
    )
    return make_response(text, status)
