"""What an order has besides its products: who gets it and how, and what its customer adds to the total."""

from dataclasses import dataclass

from pedidos.domain.handover import Address, Contact, Location, Method
from pedidos.domain.pricing import Line, LineKind

JsonContact = dict[str, object]


@dataclass(frozen=True, slots=True)
class Extras:
    """An order without extras is picked up by somebody who is not named. contact: with an address if it is delivered.
    location: of that address, if it is known; the fee may depend on it. coupon: its code, in capitals."""

    method: Method = Method.PICK_UP
    contact: Contact | None = None
    location: Location | None = None
    tip_cents: int = 0
    coupon: str | None = None


NO_EXTRAS = Extras()


def asked(extras: Extras) -> dict[str, object]:
    """The members of an order as the statements take them."""
    values: dict[str, object] = {"method": extras.method, "tip": extras.tip_cents}
    if extras.coupon is not None:
        values["coupon"] = extras.coupon
    if extras.contact is not None:
        values["contact"] = document(extras.contact)
    if extras.location is not None:
        values["latitude"], values["longitude"] = extras.location.latitude, extras.location.longitude
    return values


def document(contact: Contact) -> JsonContact:
    """The contact as PostgreSQL stores it. Members without a value are left out."""
    known: JsonContact = {"recipient": contact.recipient, "phone": contact.phone}
    if contact.note:
        known["note"] = contact.note
    if contact.address is not None:
        known["address"] = _address_document(contact.address)
    return known


def contact_of(stored: JsonContact) -> Contact:
    """The contact that `document` has made the value of."""
    address = stored.get("address")
    return Contact(
        str(stored["recipient"]),
        str(stored["phone"]),
        _address(address) if isinstance(address, dict) else None,
        str(stored.get("note", "")),
    )


def lines_of(stored: list[tuple[str, int, str]]) -> list[Line]:
    """The lines that PostgreSQL has, in the order in which they are shown."""
    found = [Line(LineKind(kind), cents, label) for kind, cents, label in stored]
    return sorted(found, key=lambda line: list(LineKind).index(line.kind))


def method_of(lines: list[Line]) -> Method:
    """How the order with these lines gets to its customer."""
    delivered = any(line.kind is LineKind.DELIVERY_FEE for line in lines)
    return Method.DELIVERY if delivered else Method.PICK_UP


_TEXTS = ("street", "number", "district", "city", "state", "postal_code", "complement")


def _address_document(address: Address) -> JsonContact:
    known: JsonContact = {name: getattr(address, name) for name in _TEXTS}
    if address.location is not None:
        known["latitude"], known["longitude"] = address.location.latitude, address.location.longitude
    return known


def _address(stored: dict[str, object]) -> Address:
    texts = {name: str(stored[name]) for name in _TEXTS}
    latitude, longitude = stored.get("latitude"), stored.get("longitude")
    known = isinstance(latitude, (int, float)) and isinstance(longitude, (int, float))
    return Address(**texts, location=Location(float(latitude), float(longitude)) if known else None)  # type: ignore[arg-type]
