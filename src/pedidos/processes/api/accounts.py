"""Accounts: registering a customer, and reading your own account."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pedidos.domain.access import Identity, Role
from pedidos.http import problems
from pedidos.http.fields import Email, Name, NewPassword
from pedidos.http.roles import public, signed_in
from pedidos.processes.api.acting import who
from pedidos.processes.api.limits import limited
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security.guessable import why_guessable
from pedidos.storage.accounts import accounts as stored


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


class AccountAnswer(Answer):
    """An account"""

    id: UUID
    email: str
    name: str
    role: Role
    merchant_id: UUID | None = Field(description="The merchant that the account belongs to; null for other roles.")
    created_at: datetime


resource = Resource("Accounts", "/v1", "Register, and read your account.")


@resource.operation(
    "post", "/accounts", answers={201: AccountAnswer}, refuses=[problems.EmailTaken, problems.OutcomeUnknown]
)
@public
@limited
def register(body: NewAccount) -> Response:
    """Register as a customer"""
    password_hash = services().hashing.hash_password(body.password)
    try:
        account = stored.add_customer(services().engine, body.email, body.name, password_hash, who())
    except stored.EmailTaken as error:
        raise problems.EmailTaken from error
    return reply(_answer(account), 201)


@resource.operation("get", "/me", answers={200: AccountAnswer})
@signed_in
def who_am_i(identity: Identity) -> Response:
    """Read your account"""
    return reply(own_account(identity))


def own_account(identity: Identity) -> AccountAnswer:
    """The account of the identity. Raises Unauthenticated if it is no longer active."""
    account = stored.by_id(services().engine, identity.account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated("The account is no longer active.")
    return _answer(account)


def _answer(account: stored.Account) -> AccountAnswer:
    return AccountAnswer(
        id=account.id,
        email=account.email,
        name=account.name,
        role=Role(account.role),
        merchant_id=account.merchant_id,
        created_at=account.created_at,
    )
