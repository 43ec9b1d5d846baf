"""Sign in, refresh the tokens, sign out."""

import time
from collections.abc import Sequence
from typing import Literal
from uuid import uuid4

from flask import Response, request
from pydantic import Field

from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.domain.client import Client
from pedidos.http import problems
from pedidos.http.fields import Email
from pedidos.http.roles import public
from pedidos.processes.api.acting import who
from pedidos.processes.api.limits import limited
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords, refreshing
from pedidos.storage.accounts import accounts, refresh_tokens, sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.accounts.refresh_tokens import SignedIn
from pedidos.storage.accounts.sessions import Lives
from pedidos.storage.audit_log import writing

MOST_ADDRESSES = 50
"""Addresses of an account's sessions that are compared with a client's."""


class Credentials(Body):
    """E-mail address and password."""

    email: Email
    password: str = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])


class RefreshToken(Body):
    """A refresh token."""

    refresh_token: str = Field(pattern=refreshing.PATTERN, examples=["K" * 43])


class Tokens(Answer):
    """The tokens of a session"""

    access_token: str = Field(description="JWT, for the header Authorization: Bearer …")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # not a password
    expires_in: int = Field(description="Lifetime of the access token in seconds.")
    refresh_token: str = Field(
        description="Valid for one use; each use returns a new one. If the answer was lost, repeat the use at once."
    )


resource = Resource("Sessions", "/v1/auth", "Sign in, refresh the tokens, sign out.")


@resource.operation(
    "post",
    "/token",
    answers={200: Tokens},
    refuses=[problems.WrongCredentials],
)
@public
@limited
def sign_in(body: Credentials) -> Response:
    """Sign in with e-mail address and password"""
    services().hashing.require_room()
    engine = services().engine
    account = accounts.by_email(engine, body.email)
    services().guesses.require_few(body.email, _client().address, lambda: _used_from(account))
    # The password is checked against some hash in any case: the time taken must not tell whether the account exists.
    match = services().hashing.matches(account.password_hash if account else passwords.nobodys_hash(), body.password)
    if account is None or not match.good or not account.active:
        services().guesses.failed(body.email)
        _note_failure(account, body.email)
        raise problems.WrongCredentials
    if match.better_hash is not None:
        accounts.replace_hash(engine, account, match.better_hash)
    token = refreshing.first()
    signed_in = refresh_tokens.begin(engine, token, refreshing.kept(token), account, _client(), _lives(), who())
    if signed_in is None:  # the account has changed since it was read
        raise problems.WrongCredentials
    return reply(_tokens(signed_in))


@resource.operation(
    "post",
    "/refresh",
    answers={200: Tokens},
    refuses=[problems.InvalidRefreshToken],
)
@public
@limited
def refresh(body: RefreshToken) -> Response:
    """Exchange a refresh token for new tokens"""
    client = _client()
    chain = refreshing.Chain(services().refresh_secret, client)
    grace = services().settings.refresh_grace_seconds
    outcome = refresh_tokens.rotate(services().engine, body.refresh_token, chain, client, _lives(), grace, who())
    if isinstance(outcome, refresh_tokens.Refused):
        raise problems.InvalidRefreshToken
    return reply(_tokens(outcome))


@resource.operation("post", "/logout", answers={204: None})
@public
def sign_out(body: RefreshToken) -> Response:
    """End the session of a refresh token. Its access tokens are refused within two seconds"""
    refresh_tokens.end_session(services().engine, refreshing.kept(body.refresh_token), who())
    return Response(status=204)


def _note_failure(account: Account | None, email: str) -> None:
    """Writes an entry of the audit log, unless there are too many. The address that was sent is not in it: it may be a
    password in the wrong field."""
    client = who()
    noted = services().failed_sign_ins.note(client.client, email)
    if noted is not None:
        detail = {"failures_without_entry": noted.uncounted} if noted.uncounted else {}
        subject = str(account.id) if account else None
        writing.record(services().engine, Entry(Action.SESSION_REFUSED, client, subject, Outcome.REFUSED, detail))


def _used_from(account: Account | None) -> Sequence[str]:
    """The addresses of the account's sessions. Asked for in any case: the time taken must not tell whether there is
    one."""
    return sessions.addresses(services().engine, account.id if account else uuid4(), MOST_ADDRESSES)


def _client() -> Client:
    return Client(request.remote_addr or "unknown", request.headers.get("User-Agent", ""))


def _lives() -> Lives:
    settings = services().settings
    return Lives(settings.refresh_token_seconds, settings.session_seconds, settings.access_token_seconds)


def _tokens(signed_in: SignedIn) -> Tokens:
    account, session = signed_in.account, signed_in.session
    left = session.ends_at.timestamp() - time.time()
    signed = services().signer.sign(
        account.id,
        account.role,
        account.merchant_id,
        account_version=account.version,
        session_id=session.id,
        most_seconds=left,
    )
    return Tokens(
        access_token=signed,
        expires_in=min(services().settings.access_token_seconds, int(left)),
        refresh_token=signed_in.refresh_token,
    )
