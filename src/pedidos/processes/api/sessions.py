"""Signing in, staying signed in, signing out."""

import hashlib
import secrets
from typing import Literal

from flask import Response
from pydantic import Field

from pedidos.processes.api import problems
from pedidos.processes.api.accounts import Email
from pedidos.processes.api.intake import Body
from pedidos.processes.api.limits import limited
from pedidos.processes.api.permissions import public
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords
from pedidos.storage import accounts, refresh_tokens
from pedidos.storage.accounts import Account


class Credentials(Body):
    """What one signs in with."""

    email: Email
    password: str = Field(min_length=1, max_length=passwords.MAX_LENGTH, examples=["correct horse battery"])


class RefreshToken(Body):
    """A refresh token."""

    refresh_token: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$", examples=["K" * 43])


class Tokens(Answer):
    """The tokens of a session"""

    access_token: str = Field(description="JWT, for the header Authorization: Bearer …")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # not a password
    expires_in: int = Field(description="Life of the access token in seconds.")
    refresh_token: str = Field(description="Good for one use: each use gives the next one.")


resource = Resource("Sessions", "/v1/auth", "Signing in, staying signed in, signing out.")


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
    engine = services().engine
    account = accounts.by_email(engine, body.email)
    # The password is checked against some hash in any case: the time taken must not tell whether the account exists.
    good = passwords.matches(account.password_hash if account else passwords.nobodys_hash(), body.password)
    if account is None or not good or not account.active:
        raise problems.WrongCredentials
    token = _new_refresh_token()
    refresh_tokens.begin(engine, _hash(token), account.id, services().settings.refresh_token_seconds)
    return reply(_tokens(account, token))


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
    token = _new_refresh_token()
    lifetime = services().settings.refresh_token_seconds
    outcome = refresh_tokens.rotate(services().engine, _hash(body.refresh_token), _hash(token), lifetime)
    if isinstance(outcome, refresh_tokens.Refused):
        raise problems.InvalidRefreshToken
    return reply(_tokens(outcome, token))


@resource.operation("post", "/logout", answers={204: None})
@public
def sign_out(body: RefreshToken) -> Response:
    """End the session that a refresh token belongs to; access tokens given out stay good until they expire"""
    refresh_tokens.revoke_family(services().engine, _hash(body.refresh_token))
    return Response(status=204)


def _tokens(account: Account, refresh_token: str) -> Tokens:
    return Tokens(
        access_token=services().signer.sign(account.id, account.role, account.merchant_id),
        expires_in=services().settings.access_token_seconds,
        refresh_token=refresh_token,
    )


def _new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> bytes:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode()).digest()
