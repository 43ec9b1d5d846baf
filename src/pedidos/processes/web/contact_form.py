"""The fields of a contact in a form: who gets an order, and where; with our words for what is wrong with each."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from pydantic import TypeAdapter

from pedidos.domain.handover import Address, Contact, Location
from pedidos.http.contact_fields import (
    City,
    Complement,
    District,
    HouseNumber,
    Note,
    Phone,
    PostalCode,
    Recipient,
    State,
    Street,
)
from pedidos.processes.web.sent_values import fits

_PERSON = {"recipient": Recipient, "phone": Phone, "note": Note}
_ADDRESS = {
    "street": Street,
    "number": HouseNumber,
    "complement": Complement,
    "district": District,
    "city": City,
    "state": State,
    "postal_code": PostalCode,
}
_CHECKS: Mapping[str, TypeAdapter[str]] = {name: TypeAdapter(kind) for name, kind in (_PERSON | _ADDRESS).items()}
_LOCATION = re.compile(r"\s*(-?\d{1,2}(?:\.\d{1,10})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*")

FIELDS = (*_PERSON, *_ADDRESS, "location")

WRONG: Mapping[str, Any] = {
    "recipient": _("Enter a name of up to 120 characters."),
    "phone": _("Enter a phone number such as +55 11 91234-5678."),
    "note": _("Enter at most 300 characters in one line."),
    "street": _("Enter the street, up to 120 characters."),
    "number": _("Enter the number, or s/n."),
    "complement": _("Enter at most 80 characters in one line."),
    "district": _("Enter the district, up to 80 characters."),
    "city": _("Enter the city, up to 80 characters."),
    "state": _("Enter the two letters of the state, such as SP."),
    "postal_code": _("Enter the eight digits of the CEP."),
    "location": _("Enter a latitude and a longitude, such as -23.5533, -46.6548."),
}


def given(form: Mapping[str, str]) -> dict[str, str]:
    """The fields as the form has them, to be shown again."""
    found = {name: form.get(name, "").strip() for name in FIELDS}
    found["state"] = found["state"].upper()
    found["postal_code"] = found["postal_code"].replace("-", "")
    return found


def errors(fields: Mapping[str, str], *, address: bool) -> dict[str, str]:
    """What is wrong with each field. address: whether there has to be one."""
    wanted = (_PERSON | _ADDRESS) if address else _PERSON
    found = {name: str(WRONG[name]) for name in wanted if not fits(_CHECKS[name], fields[name])}
    if address and fields["location"] and location(fields["location"]) is None:
        found["location"] = str(WRONG["location"])
    return found


def contact(fields: Mapping[str, str], *, address: bool) -> Contact:
    """The contact in fields without errors."""
    where = None
    if address:
        texts = {name: fields[name] for name in _ADDRESS}
        where = Address(**texts, location=location(fields["location"]))
    return Contact(fields["recipient"], fields["phone"], where, fields["note"])


def fields_of(known: Contact) -> dict[str, str]:
    """The fields that make this contact."""
    found = dict.fromkeys(FIELDS, "") | {"recipient": known.recipient, "phone": known.phone, "note": known.note}
    if known.address is not None:
        found |= {name: getattr(known.address, name) for name in _ADDRESS}
        place = known.address.location
        found["location"] = f"{place.latitude}, {place.longitude}" if place else ""
    return found


def location(text: str) -> Location | None:
    """The place that a text such as "-23.5533, -46.6548" names; None if it names none."""
    match = _LOCATION.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = map(float, match.groups())
    return Location(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
