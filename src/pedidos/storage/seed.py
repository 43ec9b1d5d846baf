"""Inserts given merchants, products and accounts, with their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

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
class SeedChoice:
    """The only choice of a group of its own, which an item may have or not."""

    id: UUID
    product_id: UUID
    name: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class SeedAccount:
    id: UUID
    email: str
    name: str
    role: str
    merchant_id: UUID | None
    password_hash: str


@dataclass(frozen=True, slots=True)
class SeedCoupon:
    """percent: of the items. most, most_per_person: None for no limit. vips_only: for the merchant's VIPs alone."""

    id: UUID
    merchant_id: UUID
    code: str
    percent: int
    most: int | None = None
    most_per_person: int | None = None
    vips_only: bool = False


_PRESENT = "select count(*) from accounts where id = any(%(ids)s)"

_MERCHANT = "insert into merchants (id, name) values (%(id)s, %(name)s) on conflict do nothing"

_HOURS = """
insert into opening_hours (merchant_id, weekday, opens, closes)
values (%(merchant)s, %(weekday)s, %(opens)s, %(closes)s) on conflict do nothing
"""

_PRODUCT = """
insert into products (id, merchant_id, name, price_cents, active)
values (%(id)s, %(merchant)s, %(name)s, %(price)s, %(active)s) on conflict do nothing
"""

_STOCK = "insert into stock (product_id, on_hand) values (%(id)s, %(on_hand)s) on conflict do nothing"

_ACCOUNT = """
insert into accounts (id, email, name, role, merchant_id, password_hash)
values (%(id)s, %(email)s, %(name)s, %(role)s, %(merchant)s, %(hash)s) on conflict do nothing
"""


_COUPON = """
with added as (
    insert into coupons (id, merchant_id, code, percent, most_per_person, vips_only)
    values (%(id)s, %(merchant)s, %(code)s, %(percent)s, %(per_person)s, %(vips_only)s)
    on conflict do nothing returning id
)
insert into coupon_counts (coupon_id, most) select id, %(most)s from added
"""

_VIP = "insert into vips (merchant_id, customer_id) values (%(merchant)s, %(customer)s) on conflict do nothing"

_CHOICE = """
with added as (
    insert into option_groups (product_id, name, least, most, position) values (%(product)s, %(name)s, 0, 1, 1)
    returning id
)
insert into choices (id, group_id, name, price_cents, position) select %(id)s, id, %(name)s, %(price)s, 1 from added
"""


def present(connection: Connection, account_ids: Sequence[UUID]) -> bool:
    """Whether all of these accounts exist."""
    count: int = connection.exec_driver_sql(_PRESENT, {"ids": list(account_ids)}).scalar_one()
    return count == len(account_ids)


def insert(
    connection: Connection,
    merchants: Sequence[SeedMerchant],
    products: Sequence[SeedProduct],
    accounts: Sequence[SeedAccount],
) -> None:
    """Inserts what does not exist yet. No sequence is empty."""
    connection.exec_driver_sql(_MERCHANT, [{"id": m.id, "name": m.name} for m in merchants])
    hours = [
        {"merchant": m.id, "weekday": i.weekday, "opens": i.opens, "closes": i.closes}
        for m in merchants
        for i in m.hours
    ]
    if hours:
        connection.exec_driver_sql(_HOURS, hours)
    connection.exec_driver_sql(
        _PRODUCT,
        [
            {"id": p.id, "merchant": p.merchant_id, "name": p.name, "price": p.price_cents, "active": p.active}
            for p in products
        ],
    )
    connection.exec_driver_sql(_STOCK, [{"id": p.id, "on_hand": p.on_hand} for p in products])
    connection.exec_driver_sql(
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


def insert_coupons(connection: Connection, coupons: Sequence[SeedCoupon]) -> None:
    """Inserts what does not exist yet, of merchants that exist. The sequence is not empty."""
    connection.exec_driver_sql(
        _COUPON,
        [
            {
                "id": c.id,
                "merchant": c.merchant_id,
                "code": c.code,
                "percent": c.percent,
                "most": c.most,
                "per_person": c.most_per_person,
                "vips_only": c.vips_only,
            }
            for c in coupons
        ],
    )


def insert_vip(connection: Connection, merchant_id: UUID, customer_id: UUID) -> None:
    """Makes a customer a VIP of a merchant. One who is stays so."""
    connection.exec_driver_sql(_VIP, {"merchant": merchant_id, "customer": customer_id})


def insert_choices(connection: Connection, choices: Sequence[SeedChoice]) -> None:
    """Inserts choices of products that exist and have no group of that name. The sequence is not empty."""
    connection.exec_driver_sql(
        _CHOICE, [{"id": c.id, "product": c.product_id, "name": c.name, "price": c.price_cents} for c in choices]
    )
