"""A customer's saved contacts: who gets an order, and where. They are copied into an order, which keeps its own copy.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine

from pedidos.domain.handover import Contact
from pedidos.errors import Explained
from pedidos.sentence import Sentence
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.orders.extras import contact_of, document

MOST = 10
"""Saved addresses of an account."""


class TooManyAddresses(Explained):
    """The account has MOST saved addresses."""


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """id: chosen by the client that saved it. contact: has an address."""

    id: UUID
    label: str
    contact: Contact


_READ = """
select id, label, contact from saved_addresses where account_id = %(account)s order by created_at, id
"""

# Accounts that save at the same time would exceed the limit together.
_LOCK = "select from accounts where id = %(account)s for no key update"

_COUNT = "select count(*) from saved_addresses where account_id = %(account)s and id <> %(id)s"

_SAVE = """
insert into saved_addresses (id, account_id, label, contact)
values (%(id)s, %(account)s, %(label)s, %(contact)s::jsonb)
on conflict (account_id, id) do update set label = excluded.label, contact = excluded.contact
"""

_FORGET = "delete from saved_addresses where account_id = %(account)s and id = %(id)s"


def of_account(engine: Engine, account_id: UUID) -> Sequence[SavedAddress]:
    """The addresses of the account, oldest first."""
    values = {"account": account_id}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_READ, values).all())
    return [SavedAddress(row.id, row.label, contact_of(row.contact)) for row in rows]


def save(engine: Engine, account_id: UUID, address: SavedAddress) -> None:
    """Saves an address, or replaces the account's own one with this id. Raises TooManyAddresses."""
    values = {
        "account": account_id,
        "id": address.id,
        "label": address.label,
        "contact": orjson.dumps(document(address.contact)).decode(),
    }

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(_LOCK, values)
        count: int = connection.exec_driver_sql(_COUNT, values).scalar_one()
        if count >= MOST:
            raise TooManyAddresses(Sentence("An account can have {most} saved addresses.", most=MOST))
        connection.exec_driver_sql(_SAVE, values)

    once(engine, work)


def forget(engine: Engine, account_id: UUID, address_id: UUID) -> bool:
    """Removes an address of the account. False: it has none with this id."""
    values = {"account": account_id, "id": address_id}
    removed: int = once(engine, lambda connection: connection.exec_driver_sql(_FORGET, values).rowcount)
    return removed > 0
