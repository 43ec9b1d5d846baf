"""Deliveries for tests: what merchants ask for them, and who gets an order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, text

from pedidos.domain.handover import Address, Contact, Location, Method
from pedidos.storage.orders.extras import Extras

CENTRE = Location(-23.5505, -46.6333)
"""Where the merchants of tests are: the middle of São Paulo."""

NAMES = (
    "Zuleica Quaresma",
    "+55 11 98765-4321",
    "Rua das Acacias Tortas",
    "s/n-1789-Q",
    "Vila Inventada",
    "portao azul-anil",
)
"""What is in `contact`, and nowhere else."""


def delivers(
    engine: Engine,
    merchant_id: UUID,
    *,
    flat_cents: int | None = 700,
    bands: Sequence[tuple[int, int]] = (),
    free_from_cents: int | None = None,
) -> None:
    """The merchant delivers, for a flat fee or by bands of (metres, cents)."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into delivery_terms (merchant_id, flat_cents, band_metres, band_cents, free_from_cents,"
                " latitude, longitude) values (:merchant, :flat, :metres, :cents, :free, :latitude, :longitude)"
            ),
            {
                "merchant": merchant_id,
                "flat": None if bands else flat_cents,
                "metres": [metres for metres, _ in bands],
                "cents": [cents for _, cents in bands],
                "free": free_from_cents,
                "latitude": CENTRE.latitude,
                "longitude": CENTRE.longitude,
            },
        )


def contact(location: Location | None = None, *, address: bool = True) -> Contact:
    """Somebody with an unusual name, at an unusual address."""
    recipient, phone, street, number, district, note = NAMES
    where = Address(street, number, district, "São Paulo", "SP", "01304001", location=location) if address else None
    return Contact(recipient, phone, where, note)


def delivery(location: Location | None = None, tip_cents: int = 0) -> Extras:
    """A delivery to `contact`, there."""
    return Extras(Method.DELIVERY, contact(location), location, tip_cents)


def handover(method: str = "delivery", **address: object) -> dict[str, object]:
    """The same as the API takes it."""
    recipient, phone, street, number, district, note = NAMES
    body: dict[str, object] = {"method": method, "recipient": recipient, "phone": phone, "note": note}
    if method == "delivery":
        body["address"] = {
            "street": street,
            "number": number,
            "district": district,
            "city": "São Paulo",
            "state": "SP",
            "postal_code": "01304001",
        } | address
    return body
