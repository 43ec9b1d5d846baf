"""All that is stored about the owner of an account, for that person."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.access import Role
from pedidos.domain.authors import detail_for
from pedidos.domain.picture import KEPT_TYPE
from pedidos.storage.accounts import pictures
from pedidos.storage.engine import in_statement

AT_ONCE = 100
"""Orders that one statement reads."""

_SESSIONS = """
select coalesce(json_agg(json_build_object('began_at', created_at, 'last_used_at', last_used_at, 'ends_at', ends_at,
    'client', address, 'user_agent', user_agent) order by created_at), '[]')
from sessions where account_id = %(id)s and expires_at > now()
"""

_MAILS = """
select coalesce(json_agg(json_build_object('written_at', created_at, 'kind', kind, 'recipient', recipient,
    'language', language) order by created_at), '[]')
from mails where account_id = %(id)s
"""

_ENTRIES = """
select coalesce(json_agg(json_build_object('at', at, 'action', action, 'outcome', outcome, 'client', client)
    order by number), '[]')
from audit_log where account_id = %(id)s or subject = %(id)s::text
"""

_ADDRESSES = """
select coalesce(json_agg(json_build_object('id', id, 'label', label, 'contact', contact, 'saved_at', created_at)
    order by created_at), '[]')
from saved_addresses where account_id = %(id)s
"""

_MEMBERSHIPS = """
select coalesce(json_agg(json_build_object('merchant_id', merchant_id, 'since', since) order by since), '[]')
from vips where customer_id = %(id)s
"""

_ORDERS = """
select id, json_build_object(
    'id', id, 'merchant_id', merchant_id, 'status', status, 'total_cents', total_cents, 'placed_at', created_at,
    'scheduled_for', scheduled_for,
    'items', (select json_agg(json_build_object('product_id', i.product_id, 'name', i.name, 'quantity', i.quantity,
                'unit_price_cents', i.unit_price_cents, 'choices', coalesce(i.choices, '[]')) order by i.position)
              from order_items i where i.order_id = o.id),
    'lines', (select coalesce(json_agg(json_build_object('kind', l.kind, 'amount_cents', l.amount_cents,
                'label', l.label) order by l.kind), '[]')
              from order_lines l where l.order_id = o.id),
    'rating', (select json_build_object('stars', r.stars, 'comment', r.comment, 'at', r.rated_at)
               from ratings r where r.order_id = o.id),
    'contact', (select c.contact from order_contacts c where c.order_id = o.id),
    'payment', (select json_build_object('status', p.status, 'amount_cents', p.amount_cents, 'reference', p.reference)
                from payments p where p.order_id = o.id),
    'refunds', (select coalesce(json_agg(json_build_object('amount_cents', r.amount_cents, 'reason', r.reason,
                    'status', r.status, 'asked_for_at', r.created_at) order by r.created_at, r.id), '[]')
                from refunds r where r.order_id = o.id),
    'timeline', (select coalesce(json_agg(json_build_object('type', e.type, 'at', e.occurred_at, 'detail', e.detail)
                    order by e.version), '[]')
                 from order_events e where e.order_id = o.id)
) as document
from orders o
where customer_id = %(id)s and (%(after)s::uuid is null or id > %(after)s)
order by id limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class OrderDocument:
    id: UUID
    document: dict[str, Any]


def all_but_orders(engine: Engine, account_id: UUID) -> dict[str, Any]:
    """sessions: those that have not ended. mails: those to the account that are kept, without their links. addresses:
    the saved ones. vip_of: the merchants whose VIP the account is. picture: if it has one, its media type, and its
    bytes in base64. audit: what the audit log has about the account."""
    return {
        "sessions": _listed(engine, _SESSIONS, account_id),
        "mails": _listed(engine, _MAILS, account_id),
        "addresses": _listed(engine, _ADDRESSES, account_id),
        "vip_of": _listed(engine, _MEMBERSHIPS, account_id),
        "picture": _picture(engine, account_id),
        "audit": _listed(engine, _ENTRIES, account_id),
    }


def orders(engine: Engine, account_id: UUID, after: UUID | None, limit: int) -> list[OrderDocument]:
    """The orders that the account placed, oldest first, at most limit. after: the last one of the page before."""
    values = {"id": account_id, "after": after, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ORDERS, values).all())
    return [OrderDocument(row.id, _for_its_customer(row.document)) for row in rows]


def every_order(engine: Engine, account_id: UUID) -> Iterator[dict[str, Any]]:
    """All of them, page by page."""
    after: UUID | None = None
    while page := orders(engine, account_id, after, AT_ONCE):
        yield from (each.document for each in page)
        after = page[-1].id


def _for_its_customer(order: dict[str, Any]) -> dict[str, Any]:
    """The names of workers and of the merchant's accounts are not the customer's data."""
    timeline = [{**event, "detail": detail_for(Role.CUSTOMER, event["detail"])} for event in order["timeline"]]
    return {**order, "timeline": timeline}


def _picture(engine: Engine, account_id: UUID) -> dict[str, Any] | None:
    found = pictures.picture(engine, account_id)
    if found is None:
        return None
    return {"media_type": KEPT_TYPE, "base64": base64.b64encode(found.content).decode()}


def _listed(engine: Engine, statement: str, account_id: UUID) -> list[dict[str, Any]]:
    values = {"id": account_id}
    found: list[dict[str, Any]] = in_statement(
        engine, lambda connection: connection.exec_driver_sql(statement, values).scalar_one()
    )
    return found
