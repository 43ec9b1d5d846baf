"""Sign in, refresh the tokens, sign out."""

import time
from typing import Annotated, Literal

from flask import Response, request
from pydantic import Field

from pedidos.domain.client import Client
from pedidos.http import problems, second_factor
from pedidos.http.acting import who
from pedidos.http.fields import Email, Secret
from pedidos.http.limits import limited
from pedidos.http.roles import public
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords, refreshing
from pedidos.storage.accounts import refresh_tokens
from pedidos.storage.accounts.refresh_tokens import SignedIn
from pedidos.storage.accounts.sessions import Lives


class Credentials(Body):
    """E-mail address and password."""

    email: Email
    password: str = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])
    code: str | None = Field(
        None,
        max_length=second_factor.MAX_SENT,
        description="For an account with a second factor: a code of the app, or a recovery code.",
        examples=[None],
    )


class RefreshToken(Body):
    """A refresh token."""

    refresh_token: Annotated[str, Secret]


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
    refuses=[
        problems.WrongCredentials,
        problems.SecondFactorRequired,
        problems.WrongCode,
        problems.SecondFactorMissing,
    ],
)
@public
@limited
def sign_in(body: Credentials) -> Response:
    """Sign in with e-mail address and password"""
    account = services().password_check.signing_in(body.email, body.password)
    factor = services().second_factor.signing_in(account, body.code)
    if factor is None and services().second_factor.needed_by(account.role):
        raise problems.SecondFactorMissing
    token = refreshing.first()
    engine = services().engine
    signed_in = refresh_tokens.begin(engine, token, refreshing.kept(token), account, _client(), _lives(), who())
    if signed_in is None:  # the account has changed since it was read
        raise problems.WrongCredentials
    return reply(_tokens(signed_in))


@resource.operation(
    "post",
    "/refresh",
    answers={200: Tokens},
    refuses=[problems.InvalidRefreshToken, problems.SecondFactorMissing],
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
    check = services().second_factor
    if check.needed_by(outcome.account.role) and check.of(outcome.account.id) is None:
        raise problems.SecondFactorMissing  # the session began before that was required
    return reply(_tokens(outcome))


@resource.operation("post", "/logout", answers={204: None})
@public
def sign_out(body: RefreshToken) -> Response:
    """End the session of a refresh token. Its access tokens are refused within two seconds"""
    refresh_tokens.end_session(services().engine, refreshing.kept(body.refresh_token), who())
    return Response(status=204)


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
        verified=account.verified_at is not None,
        staff=account.staff,
        most_seconds=left,
    )
    return Tokens(
        access_token=signed,
        expires_in=min(services().settings.access_token_seconds, int(left)),
        refresh_token=signed_in.refresh_token,
    )
