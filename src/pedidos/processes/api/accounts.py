"""Accounts: registering a customer, reading your own account, and changing its password."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pedidos.domain.access import Identity, Role
from pedidos.domain.picture import Shown
from pedidos.http import picture_addresses, problems, reader
from pedidos.http.acting import who
from pedidos.http.fields import Email, Name, NewPassword
from pedidos.http.limits import limited
from pedidos.http.problems import FieldError
from pedidos.http.roles import public, signed_in
from pedidos.processes.api.picture_answers import PictureAnswer, picture_answer
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import mail_links, passwords
from pedidos.security.guessable import why_guessable
from pedidos.sentence import Sentence
from pedidos.storage.accounts import accounts as stored
from pedidos.storage.accounts import pictures


class NewAccount(Body):
    """A customer to register."""

    email: Email
    name: Name = Field(examples=["Maria Souza"])
    password: NewPassword

    @field_validator("password")
    @classmethod
    def _not_guessable(cls, password: str, info: ValidationInfo) -> str:
        # A field that is itself refused is not in the data.
        reason = why_guessable(password, info.data.get("email", ""), info.data.get("name", ""))
        if reason is not None:
            raise PydanticCustomError("password", "{reason}", {"reason": reason})
        return password


class PasswordChange(Body):
    """The present password, and the one to use from now on."""

    password: str = Field(min_length=1, max_length=passwords.MAX_SENT, examples=["correct horse battery"])
    new_password: NewPassword


class AccountAnswer(Answer):
    """An account"""

    id: UUID
    email: str
    name: str
    role: Role
    merchant_id: UUID | None = Field(description="The merchant that the account belongs to; null for other roles.")
    created_at: datetime
    verified_at: datetime | None = Field(
        description="When it became known that the e-mail address is yours; null: not yet."
    )
    picture: PictureAnswer | None = Field(description="At its address, a browser in which you are signed in shows it.")


resource = Resource("Accounts", "/v1", "Register, read your account, and change its password.")


@resource.operation("post", "/accounts", answers={202: None}, refuses=[problems.OutcomeUnknown])
@public
@limited
def register(body: NewAccount) -> Response:
    """Register as a customer. A mail goes to the address; the answer does not tell whether it has an account already"""
    password_hash = services().hashing.hash_password(body.password)
    link = mail_links.new(services().account_keys, reader.language())
    stored.register(services().engine, body.email, body.name, password_hash, link, who())
    return Response(status=202)


@resource.operation("get", "/me", answers={200: AccountAnswer})
@signed_in
def who_am_i(identity: Identity) -> Response:
    """Read your account"""
    return reply(own_account(identity))


def own_account(identity: Identity) -> AccountAnswer:
    """The account of the identity. Raises Unauthenticated if it is no longer active."""
    account = stored.by_id(services().engine, identity.account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated(Sentence("The account is no longer active."))
    return _answer(account, pictures.shown(services().engine, account.id))


@resource.operation(
    "post",
    "/me/password",
    answers={204: None},
    refuses=[problems.WrongCredentials, problems.OutcomeUnknown],
)
@signed_in
@limited
def change_password(identity: Identity, body: PasswordChange) -> Response:
    """Change your password, which ends your other sessions"""
    account = services().password_check.asked_again(identity, body.password)
    reason = why_guessable(body.new_password, account.email, account.name)
    if reason is not None:
        raise problems.InvalidFields(errors=[FieldError("new_password", reason)])
    password_hash = services().hashing.hash_password(body.new_password)
    if not stored.change_password(services().engine, account, password_hash, who(), reader.language()):
        raise problems.WrongCredentials  # another request has changed it since
    return Response(status=204)


def _answer(account: stored.Account, picture: Shown | None) -> AccountAnswer:
    return AccountAnswer(
        id=account.id,
        email=account.email,
        name=account.name,
        role=Role(account.role),
        merchant_id=account.merchant_id,
        created_at=account.created_at,
        verified_at=account.verified_at,
        picture=picture_answer(picture_addresses.own(picture), picture) if picture else None,
    )
