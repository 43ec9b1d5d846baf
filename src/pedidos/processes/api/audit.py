"""The audit log, for operators."""

from typing import Any
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.http.acting import who
from pedidos.http.fields import Moment
from pedidos.http.roles import allow
from pedidos.processes.api import cursors
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.request_validation import Query
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.audit_log import reading, writing


class AuditQuery(Query):
    before: int | None = Field(None, ge=1, description="next_before of the previous page.")
    limit: cursors.Limit = 50
    action: Action | None = None
    account_id: UUID | None = Field(None, description="Only entries that this account made.")
    subject: str | None = Field(None, max_length=200, description="Only entries about this id.")
    outcome: Outcome | None = None
    since: Moment | None = Field(None, description="Only entries since this time (RFC 3339).")


class AuditEntry(Answer):
    """An entry of the audit log"""

    number: int = Field(description="Counts 1, 2, 3 … without gaps.")
    at: AwareDatetime
    action: str
    subject: str | None = Field(description="What the entry is about, mostly an id.")
    outcome: Outcome
    account_id: UUID | None = Field(description="The account that acted.")
    role: str | None
    session_id: UUID | None
    client: str | None = Field(description="Address of the client.")
    local_user: str | None = Field(description="User of the operating system who ran a command.")
    request_id: str | None
    detail: dict[str, Any]


class AuditPage(Answer):
    """A page of the audit log, newest first"""

    items: list[AuditEntry]
    next_before: int | None = Field(description="Send it as before for the next page; null on the last page.")


resource = Resource("Audit", "/v1/audit", "Who did what.")


@resource.operation("get", "", answers={200: AuditPage}, kind=Kind.LISTS)
@allow(Role.OPERATOR)
def list_audit(query: AuditQuery) -> Response:
    """Read the audit log"""
    engine = services().engines.lists
    wanted = reading.Filter(query.action, query.account_id, query.subject, query.outcome, since=query.since)
    found = reading.newest(engine, wanted, query.before, query.limit + 1)
    page, more = cursors.split(found, query.limit)
    writing.record(engine, Entry(Action.AUDIT_READ, who()))
    return reply(
        AuditPage(
            items=[AuditEntry.model_validate(each, from_attributes=True) for each in page],
            next_before=page[-1].number if more else None,
        )
    )
