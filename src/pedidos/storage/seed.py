"""Inserting given merchants, products and accounts, with their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from pedidos.domain.schedule import Interval


@dataclass(frozen=True, slots=True)
class SeedMerchant:
    id: UUID
    name: str
    hours: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class SeedProduct:
    id: UUID
    merchant_id: UUID
    name: str
    price_cents: int
    on_hand: int
    active: bool = True


@dataclass(frozen=True, slots=True)
class SeedAccount:
    id: UUID
    email: str
    name: str
    role: str
    merchant_id: UUID | None
    password_hash: str


_PRESENT = text("select count(*) from accounts where id = any(:ids)")
_MERCHANT = text("insert into merchants (id, name) values (:id, :name) on conflict do nothing")
_HOURS = text("""
insert into opening_hours (merchant_id, weekday, opens, closes) values (:merchant, :weekday, :opens, :closes)
on conflict do nothing
""")
_PRODUCT = text("""
insert into products (id, merchant_id, name, price_cents, active) values (:id, :merchant, :name, :price, :active)
on conflict do nothing
""")
_STOCK = text("insert into stock (product_id, on_hand) values (:id, :on_hand) on conflict do nothing")
_ACCOUNT = text("""
insert into accounts (id, email, name, role, merchant_id, password_hash)
values (:id, :email, :name, :role, :merchant, :hash) on conflict do nothing
""")


def present(connection: Connection, account_ids: Sequence[UUID]) -> bool:
    """Whether all of these accounts are there."""
    count: int = connection.execute(_PRESENT, {"ids": list(account_ids)}).scalar_one()
    return count == len(account_ids)


def insert(
    connection: Connection,
    merchants: Sequence[SeedMerchant],
    products: Sequence[SeedProduct],
    accounts: Sequence[SeedAccount],
) -> None:
    """Inserts what is not there yet; there is at least one of each."""
    connection.execute(_MERCHANT, [{"id": m.id, "name": m.name} for m in merchants])
    hours = [
        {"merchant": m.id, "weekday": i.weekday, "opens": i.opens, "closes": i.closes}
        for m in merchants
        for i in m.hours
    ]
    if hours:
        connection.execute(_HOURS, hours)
    connection.execute(
        _PRODUCT,
        [
            {"id": p.id, "merchant": p.merchant_id, "name": p.name, "price": p.price_cents, "active": p.active}
            for p in products
        ],
    )
    connection.execute(_STOCK, [{"id": p.id, "on_hand": p.on_hand} for p in products])
    connection.execute(
        _ACCOUNT,
        [
            {
                "id": a.id,
                "email": a.email,
                "name": a.name,
                "role": a.role,
                "merchant": a.merchant_id,
                "hash": a.password_hash,
            }
            for a in accounts
        ],
    )
