"""What a merchant asks for a delivery: a flat fee or one by distance, free from an amount on.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.handover import Location
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue import merchants
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

MOST_BANDS = 20


@dataclass(frozen=True, slots=True)
class Band:
    """The fee up to a distance from the merchant."""

    metres: int
    cents: int


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """Either a flat fee, or bands in the order of their distances, which need the merchant's location. free_from_cents:
    the sum of the items from which a delivery is free; None: never."""

    flat_cents: int | None
    bands: Sequence[Band]
    free_from_cents: int | None
    location: Location | None


_READ = """
select flat_cents, band_metres, band_cents, free_from_cents, latitude, longitude
from delivery_terms where merchant_id = %(merchant)s
"""

_SET = """
insert into delivery_terms
    (merchant_id, flat_cents, band_metres, band_cents, free_from_cents, latitude, longitude)
values (%(merchant)s, %(flat)s, %(metres)s::int[], %(cents)s::int[], %(free_from)s, %(latitude)s, %(longitude)s)
on conflict (merchant_id) do update set flat_cents = excluded.flat_cents, band_metres = excluded.band_metres,
    band_cents = excluded.band_cents, free_from_cents = excluded.free_from_cents, latitude = excluded.latitude,
    longitude = excluded.longitude
"""

_END = "delete from delivery_terms where merchant_id = %(merchant)s"


def of_merchant(engine: Engine, merchant_id: UUID) -> DeliveryTerms | None:
    """The terms; None if the merchant does not deliver."""
    values = {"merchant": merchant_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_READ, values).one_or_none())
    return _terms(row) if row else None


def set_terms(engine: Engine, merchant_id: UUID, terms: DeliveryTerms | None, who: Who) -> None:
    """Replaces the terms of a merchant that exists. None: it does not deliver any more."""

    def work(connection: Connection) -> None:
        merchants.lock(connection, merchant_id)
        connection.exec_driver_sql(_END if terms is None else _SET, _values(merchant_id, terms))
        write(connection, Entry(Action.MERCHANT_DELIVERY_SET, who, str(merchant_id), detail=_told(terms)))

    once(engine, work)


def insert(connection: Connection, merchant_id: UUID, terms: DeliveryTerms) -> None:
    """Sets the terms of a merchant that is being made, in a transaction."""
    connection.exec_driver_sql(_SET, _values(merchant_id, terms))


def _values(merchant_id: UUID, terms: DeliveryTerms | None) -> dict[str, Any]:
    if terms is None:
        return {"merchant": merchant_id}
    return {
        "merchant": merchant_id,
        "flat": terms.flat_cents,
        "metres": [band.metres for band in terms.bands],
        "cents": [band.cents for band in terms.bands],
        "free_from": terms.free_from_cents,
        "latitude": terms.location and terms.location.latitude,
        "longitude": terms.location and terms.location.longitude,
    }


def _told(terms: DeliveryTerms | None) -> dict[str, Any]:
    if terms is None:
        return {"delivers": False}
    bands = [[band.metres, band.cents] for band in terms.bands]
    return {"flat_cents": terms.flat_cents, "bands": bands, "free_from_cents": terms.free_from_cents}


def _terms(row: Row[Any]) -> DeliveryTerms:
    return DeliveryTerms(
        row.flat_cents,
        [Band(metres, cents) for metres, cents in zip(row.band_metres, row.band_cents, strict=True)],
        row.free_from_cents,
        None if row.latitude is None else Location(row.latitude, row.longitude),
    )
