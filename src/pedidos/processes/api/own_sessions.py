"""The sessions of your account: list them, and end one or all others."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import signed_in
from pedidos.processes.api.request_validation import Path
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.accounts import sessions

MOST_LISTED = 100


class SessionPath(Path):
    session_id: UUID = Field(description="Id of the session.")


class SessionAnswer(Answer):
    """A session"""

    id: UUID
    created_at: datetime = Field(description="When it was opened by signing in.")
    last_used_at: datetime = Field(description="When its tokens were last refreshed.")
    expires_at: datetime = Field(description="When it ends unless it is used before.")
    ends_at: datetime = Field(description="When it ends however much it is used.")
    address: str | None = Field(description="Address of the client that used it last.")
    user_agent: str | None = Field(description="User-Agent of that client, its first 200 characters.")
    current: bool = Field(description="Whether it is the session of this request.")


class SessionList(Answer):
    """Your sessions"""

    items: list[SessionAnswer] = Field(description=f"The one that was used last first, at most {MOST_LISTED}.")


resource = Resource("Your sessions", "/v1/sessions", "List your sessions, and end them.")


@resource.operation("get", "", answers={200: SessionList})
@signed_in
def list_sessions(identity: Identity) -> Response:
    """List your sessions"""
    found = sessions.of_account(services().engine, identity.account_id, MOST_LISTED)
    return reply(SessionList(items=[_answer(each, identity) for each in found]))


@resource.operation("delete", "", answers={204: None}, refuses=[problems.OutcomeUnknown])
@signed_in
def end_other_sessions(identity: Identity) -> Response:
    """End all your sessions except the one of this request"""
    sessions.end_others(services().engine, identity.account_id, who())
    return Response(status=204)


@resource.operation("delete", "/<uuid:session_id>", answers={204: None}, refuses=[problems.OutcomeUnknown])
@signed_in
def end_session(identity: Identity, path: SessionPath) -> Response:
    """End one of your sessions. Its access tokens are refused within two seconds"""
    if not sessions.end_own(services().engine, identity.account_id, path.session_id, who()):
        raise problems.NotFound
    return Response(status=204)


def _answer(session: sessions.SessionOfOwner, identity: Identity) -> SessionAnswer:
    return SessionAnswer(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        ends_at=session.ends_at,
        address=session.address,
        user_agent=session.user_agent,
        current=session.id == identity.session_id,
    )
