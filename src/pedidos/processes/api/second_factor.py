"""The second factor of your account: add one with an authenticator app, see it, and remove it."""

from datetime import datetime

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity
from pedidos.http import problems, reader
from pedidos.http.acting import who
from pedidos.http.invalid_values import form
from pedidos.http.limits import limited
from pedidos.http.roles import allow
from pedidos.http.second_factor import MAX_SENT, ROLES
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords, totp
from pedidos.sentence import Sentence
from pedidos.storage.accounts import accounts, second_factors
from pedidos.storage.accounts.accounts import Account

_Password = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])


class Beginning(Body):
    """The password of the account."""

    password: str = _Password


class Code(Body):
    """A code of the app."""

    code: str = Field(pattern=form(r"^[0-9]{6}$", Sentence("Must be six digits.")), examples=["123456"])


class Removal(Body):
    """The password, and a code of the app or a recovery code."""

    password: str = _Password
    code: str = Field(min_length=1, max_length=MAX_SENT, examples=["123456"])


class FactorAnswer(Answer):
    """Your second factor"""

    confirmed_at: datetime | None = Field(description="Since when sign-ins require it; null: the account has none.")
    recovery_codes: int = Field(description="Recovery codes that were not used.")
    required: bool = Field(description="Whether this platform requires a second factor of your role.")


class SecretAnswer(Answer):
    """What your app needs. It is shown once"""

    secret: str = Field(description="Base32, to type into the app.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(description="The same as an address, for a QR code: otpauth://totp/…")


class RecoveryCodes(Answer):
    """Codes to keep for the day on which the app is lost. They are shown once"""

    codes: list[str] = Field(description="Each signs you in once, in place of a code of the app.")


resource = Resource("Second factor", "/v1/me/second-factor", "Codes of an app, in addition to the password (TOTP).")


@resource.operation("get", "", answers={200: FactorAnswer})
@allow(*ROLES)
def read_second_factor(identity: Identity) -> Response:
    """Read whether you have a second factor"""
    factor = services().second_factor.of(identity.account_id)
    return reply(
        FactorAnswer(
            confirmed_at=factor.confirmed_at if factor else None,
            recovery_codes=factor.codes_left if factor else 0,
            required=services().second_factor.needed_by(identity.role),
        )
    )


@resource.operation(
    "post",
    "",
    answers={201: SecretAnswer},
    refuses=[problems.WrongCredentials, problems.SecondFactorPresent],
)
@allow(*ROLES)
@limited
def begin_second_factor(identity: Identity, body: Beginning) -> Response:
    """Begin to add a second factor. It counts once a code of it is confirmed"""
    account = services().password_check.asked_again(identity, body.password)
    secret = totp.new_secret()
    sealed = services().account_keys.seal(secret.encode(), account.id)
    if not second_factors.begin(services().engine, account.id, sealed):
        raise problems.SecondFactorPresent
    return reply(SecretAnswer(secret=secret, uri=totp.address(secret, account.email)), 201)


@resource.operation(
    "post",
    "/confirmation",
    answers={200: RecoveryCodes},
    refuses=[problems.WrongCode, problems.SecondFactorPresent, problems.NotFound, problems.OutcomeUnknown],
)
@allow(*ROLES)
@limited
def confirm_second_factor(identity: Identity, body: Code) -> Response:
    """Confirm the second factor with a code of it. Sign-ins require it from now on, and your other sessions end"""
    codes = services().second_factor.confirm(_own(identity), body.code, who(), reader.language())
    return reply(RecoveryCodes(codes=codes))


@resource.operation(
    "post",
    "/removal",
    answers={204: None},
    refuses=[problems.WrongCredentials, problems.WrongCode, problems.NotFound, problems.OutcomeUnknown],
)
@allow(*ROLES)
@limited
def remove_second_factor(identity: Identity, body: Removal) -> Response:
    """Remove the second factor, with the password and a code"""
    account = services().password_check.asked_again(identity, body.password)
    services().second_factor.remove(account, body.code, who(), reader.language())
    return Response(status=204)


def _own(identity: Identity) -> Account:
    account = accounts.by_id(services().engine, identity.account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated(Sentence("The account is no longer active."))
    return account
