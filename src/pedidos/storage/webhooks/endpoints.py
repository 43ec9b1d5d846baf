"""The endpoints of subscribers and their secrets. An owner is a merchant, or None for all operators together.

Functions that change something leave an entry in the audit log, and raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.webhooks import MOST_ENDPOINTS, OVERLAP_SECONDS
from pedidos.errors import ConstraintViolated, PedidosError
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql

Owner = UUID | None
Sealed = tuple[str, bytes]
"""A scheme, and the secret, encrypted."""
_OWN = Sql("merchant_id is not distinct from %(owner)s::uuid")

_ENDPOINTS = Sql("""
select e.id, e.merchant_id, e.url, e.types, e.description, e.state, e.created_at,
    coalesce(q.failures, 0) as failures, case when q.held_until > now() then q.held_until end as held_until,
    (select count(*) from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'waiting') as waiting,
    (select coalesce(
        json_agg(json_build_array(s.scheme, encode(s.sealed, 'hex'), s.expires_at) order by s.id desc), '[]')
     from webhook_secrets s where s.endpoint_id = e.id and (s.expires_at is null or s.expires_at > now())) as secrets
from webhook_endpoints e left join webhook_queues q on q.endpoint_id = e.id
""")

_LIST = Sql("{endpoints} where {own} order by e.id limit %(limit)s", endpoints=_ENDPOINTS, own=_OWN)
_GET = Sql("{endpoints} where {own} and e.id = %(id)s", endpoints=_ENDPOINTS, own=_OWN)

_LIST_ANY = Sql(
    "{endpoints} where %(merchant)s::uuid is null or e.merchant_id = %(merchant)s order by e.id limit %(limit)s",
    endpoints=_ENDPOINTS,
)
_GET_ANY = Sql("{endpoints} where e.id = %(id)s", endpoints=_ENDPOINTS)

_COUNT = Sql("select count(*) from webhook_endpoints where {own} and state <> 'gone'", own=_OWN)

_ADD = """
insert into webhook_endpoints (id, merchant_id, url, types, description)
values (%(id)s, %(owner)s, %(url)s, %(types)s, %(description)s)
"""

_ADD_QUEUE = "insert into webhook_queues (endpoint_id) values (%(id)s)"

_ADD_KEY = """
insert into webhook_secrets (endpoint_id, scheme, sealed) values (%(id)s, %(scheme)s, %(sealed)s)
"""

# An endpoint that is on again is tried at once.
_CHANGE = Sql(
    """
update webhook_endpoints set url = coalesce(%(url)s, url), types = coalesce(%(types)s, types),
    description = coalesce(%(description)s, description), state = coalesce(%(state)s, state)
where id = %(id)s and {own}
""",
    own=_OWN,
)

_FORGIVE = """
update webhook_queues set failures = 0, trials = 0, held_until = '-infinity', due_at = clock_timestamp()
where endpoint_id = %(id)s
"""

_TRY_NOW = """
update webhook_deliveries set next_attempt = clock_timestamp()
where endpoint_id = %(id)s and state = 'waiting' and next_attempt > clock_timestamp()
"""

_REMOVE = Sql("delete from webhook_endpoints where id = %(id)s and {own}", own=_OWN)

_LOCK = Sql("select id from webhook_endpoints where id = %(id)s and {own} for no key update", own=_OWN)

_EXPIRE = """
update webhook_secrets set expires_at = now() + make_interval(secs => %(overlap)s)
where endpoint_id = %(id)s and expires_at is null
"""


class TooManyEndpoints(PedidosError):
    """The owner has MOST_ENDPOINTS that can be delivered to."""


class UnknownOwner(PedidosError):
    """There is no merchant with this id."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """secrets: scheme, what is sealed, and when it ends to sign; the newest first. failures: in a row. held_until: if
    single trials are sent only, when the next may be. waiting: deliveries."""

    id: UUID
    merchant_id: UUID | None
    url: str
    types: Sequence[str]
    description: str
    state: str
    created_at: datetime
    failures: int
    held_until: datetime | None
    waiting: int
    secrets: Sequence[tuple[str, bytes, datetime | None]]


@dataclass(frozen=True, slots=True)
class Changes:
    """None: as it is. state: on or off."""

    url: str | None = None
    types: Sequence[str] | None = None
    description: str | None = None
    state: str | None = None


def listed(engine: Engine, owner: Owner) -> list[Endpoint]:
    """The owner's endpoints, oldest first."""
    return _read(engine, _LIST.text, {"owner": owner, "limit": 10 * MOST_ENDPOINTS})


def get(engine: Engine, owner: Owner, endpoint_id: UUID) -> Endpoint | None:
    """The owner's endpoint with this id."""
    return next(iter(_read(engine, _GET.text, {"owner": owner, "id": endpoint_id})), None)


def of_any_owner(engine: Engine, merchant_id: UUID | None, limit: int) -> list[Endpoint]:
    """Endpoints of a merchant, or of all owners if it is None; oldest first, at most limit. For operators' commands."""
    return _read(engine, _LIST_ANY.text, {"merchant": merchant_id, "limit": limit})


def get_of_any_owner(engine: Engine, endpoint_id: UUID) -> Endpoint | None:
    """The endpoint with this id, of any owner. For operators' commands."""
    return next(iter(_read(engine, _GET_ANY.text, {"id": endpoint_id})), None)


def add(
    engine: Engine,
    owner: Owner,
    endpoint_id: UUID,
    url: str,
    types: Sequence[str],
    description: str,
    secrets: Sequence[Sealed],
    who: Who,
) -> None:
    """Raises TooManyEndpoints, UnknownOwner."""
    values = {"id": endpoint_id, "owner": owner, "url": url, "types": list(types), "description": description}

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(_COUNT.text, values).scalar_one() >= MOST_ENDPOINTS:
            raise TooManyEndpoints(f"There are {MOST_ENDPOINTS} endpoints already.")
        connection.exec_driver_sql(_ADD, values)
        connection.exec_driver_sql(_ADD_QUEUE, values)
        _add_secrets(connection, endpoint_id, secrets)
        write(connection, Entry(Action.WEBHOOK_ADDED, who, str(endpoint_id)))

    try:
        once(engine, work)
    except ConstraintViolated as error:
        if error.constraint != "webhook_endpoints_merchant_id_fkey":
            raise
        raise UnknownOwner from error


def change(engine: Engine, owner: Owner, endpoint_id: UUID, changes: Changes, who: Who) -> bool:
    """False if the owner has no such endpoint."""
    values = {
        "id": endpoint_id,
        "owner": owner,
        "url": changes.url,
        "types": None if changes.types is None else list(changes.types),
        "description": changes.description,
        "state": changes.state,
    }

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_CHANGE.text, values).rowcount == 0:
            return False
        connection.exec_driver_sql(_FORGIVE, values)
        connection.exec_driver_sql(_TRY_NOW, values)
        write(connection, Entry(Action.WEBHOOK_CHANGED, who, str(endpoint_id)))
        return True

    return once(engine, work)


def remove(engine: Engine, owner: Owner, endpoint_id: UUID, who: Who) -> bool:
    """Removes the endpoint with all that was delivered. False if the owner has none."""

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_REMOVE.text, {"id": endpoint_id, "owner": owner}).rowcount == 0:
            return False
        write(connection, Entry(Action.WEBHOOK_REMOVED, who, str(endpoint_id)))
        return True

    return once(engine, work)


def rotate(engine: Engine, owner: Owner, endpoint_id: UUID, secrets: Sequence[Sealed], who: Who) -> bool:
    """Adds these secrets. Those before sign beside them for OVERLAP_SECONDS. False: the owner has no such endpoint."""
    values = {"id": endpoint_id, "owner": owner, "overlap": OVERLAP_SECONDS}

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_LOCK.text, values).one_or_none() is None:
            return False
        connection.exec_driver_sql(_EXPIRE, values)
        _add_secrets(connection, endpoint_id, secrets)
        write(connection, Entry(Action.WEBHOOK_ROTATED, who, str(endpoint_id)))
        return True

    return once(engine, work)


def _add_secrets(connection: Connection, endpoint_id: UUID, secrets: Sequence[Sealed]) -> None:
    for scheme, sealed in secrets:
        connection.exec_driver_sql(_ADD_KEY, {"id": endpoint_id, "scheme": scheme, "sealed": sealed})


def _read(engine: Engine, statement: str, values: dict[str, Any]) -> list[Endpoint]:
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement, values).all())
    return [Endpoint(**row._asdict() | {"secrets": _secrets(row.secrets)}) for row in rows]


def _secrets(found: Sequence[Sequence[Any]]) -> list[tuple[str, bytes, datetime | None]]:
    return [
        (scheme, bytes.fromhex(sealed), None if ends is None else datetime.fromisoformat(ends))
        for scheme, sealed, ends in found
    ]
