"""Endpoints of webhooks in great number, each of a merchant of its own, without the limits that owners have."""

import uuid
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.security.account_keys import AccountKeys
from pedidos.security.webhook_secrets import sealed_secrets
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement, in_transaction

_MERCHANTS = "insert into merchants (id, name) select unnest(%(ids)s::uuid[]), 'Subscriber'"

_ENDPOINTS = """
insert into webhook_endpoints (id, merchant_id, url)
select * from unnest(%(ids)s::uuid[], %(merchants)s::uuid[], %(urls)s::text[])
"""

_QUEUES = "insert into webhook_queues (endpoint_id) select unnest(%(ids)s::uuid[])"

_SECRETS = """
insert into webhook_secrets (endpoint_id, scheme, sealed)
select * from unnest(%(ids)s::uuid[], %(schemes)s::text[], %(sealed)s::bytea[])
"""

_REMOVE = "delete from webhook_endpoints"

_WAITING = "select count(*) from webhook_deliveries where state = 'waiting'"


def add(engine: Engine, keys: AccountKeys, urls: Sequence[str]) -> list[UUID]:
    """Adds an endpoint for each URL. Returns the ids of their merchants, in this order."""
    merchants = [uuid.uuid4() for _ in urls]
    endpoints = [uuid.uuid4() for _ in urls]
    sealed = [(each, scheme, secret) for each in endpoints for scheme, secret in sealed_secrets(keys, each)]

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(_MERCHANTS, {"ids": uuids(merchants)})
        named = {"ids": uuids(endpoints), "merchants": uuids(merchants), "urls": list(urls)}
        connection.exec_driver_sql(_ENDPOINTS, named)
        connection.exec_driver_sql(_QUEUES, {"ids": uuids(endpoints)})
        values = {
            "ids": uuids(each for each, _, _ in sealed),
            "schemes": [scheme for _, scheme, _ in sealed],
            "sealed": [secret for _, _, secret in sealed],
        }
        connection.exec_driver_sql(_SECRETS, values)

    in_transaction(engine, work)
    return merchants


def remove_all(engine: Engine) -> None:
    """Removes every endpoint, with what waits for it."""
    in_transaction(engine, lambda connection: connection.exec_driver_sql(_REMOVE))


def waiting(engine: Engine) -> int:
    """How many deliveries wait."""
    found: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_WAITING).scalar_one())
    return found
