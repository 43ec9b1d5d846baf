"""Personal data: a person's copy of what is stored about them, and its erasure."""

from typing import Any

from flask import Response
from pydantic import Field

from pedidos.domain import reasons
from pedidos.domain.access import Identity, Role
from pedidos.domain.audit import Action, Entry
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.languages import headers_of, translate_to
from pedidos.http.limits import limited
from pedidos.http.reader import language
from pedidos.http.roles import allow, signed_in
from pedidos.processes.api import cursors
from pedidos.processes.api.accounts import AccountAnswer, own_account
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.request_validation import Body, Query
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords
from pedidos.sentence import Sentence
from pedidos.storage.accounts import erasing, exporting
from pedidos.storage.audit_log import writing


class ExportQuery(Query):
    cursor: cursors.Cursor | None = None
    limit: cursors.Limit = 100


class Erasure(Body):
    """The password of the account, which is asked for again because an erasure cannot be undone."""

    password: str = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])


class Export(Answer):
    """What is stored about you, with a page of your orders"""

    account: AccountAnswer
    sessions: list[dict[str, Any]] = Field(description="Sign-ins that have not ended.")
    mails: list[dict[str, Any]] = Field(description="Mails that were written to you, without their links.")
    addresses: list[dict[str, Any]] = Field(description="Saved addresses.")
    vip_of: list[dict[str, Any]] = Field(description="The merchants whose VIP you are.")
    picture: dict[str, Any] | None = Field(description="Your picture: its media_type, and its bytes in base64.")
    audit: list[dict[str, Any]] = Field(description="What the audit log has about the account.")
    orders: list[dict[str, Any]] = Field(
        description="Orders with their items, lines, contact, payment and timeline, oldest first."
    )
    next_cursor: str | None = Field(description="Cursor of the next page of orders; null on the last page.")


resource = Resource("Personal data", "/v1/me", "A copy of what is stored about you, and its erasure.")


@resource.operation("get", "/export", answers={200: Export}, kind=Kind.LISTS)
@signed_in
def export(identity: Identity, query: ExportQuery) -> Response:
    """Get a copy of what is stored about you"""
    engine = services().engines.lists
    account = own_account(identity)
    found = exporting.orders(engine, identity.account_id, cursors.decode(query.cursor), query.limit + 1)
    page, more = cursors.split(found, query.limit)
    writing.record(engine, Entry(Action.ACCOUNT_EXPORTED, who(), str(identity.account_id)))
    locale = language()
    return reply(
        Export(
            account=account,
            **exporting.all_but_orders(engine, identity.account_id),
            orders=[_in_language(each.document, locale) for each in page],
            next_cursor=cursors.encode(page[-1].id) if more else None,
        ),
        headers=headers_of(locale),
    )


def _in_language(order: dict[str, Any], locale: str) -> dict[str, Any]:
    """The order with the reasons in its timeline in the language of the reader."""
    translate = translate_to(locale)
    timeline = [{**entry, "detail": reasons.said(entry["detail"], translate)} for entry in order["timeline"]]
    return {**order, "timeline": timeline}


@resource.operation(
    "post", "/erasure", answers={204: None}, refuses=[problems.WrongCredentials, problems.OrdersUnfinished]
)
@allow(Role.CUSTOMER)
@limited
def erase(identity: Identity, body: Erasure) -> Response:
    """Erase your account. Its orders stay, without your name and address. This cannot be undone"""
    services().password_check.asked_again(identity, body.password)
    try:
        erasing.erase(services().engine, identity.account_id, who())
    except erasing.OrdersUnfinished as error:
        raise problems.OrdersUnfinished(
            Sentence("{count} of your orders have not ended.", count=error.count)
        ) from error
    return Response(status=204)
