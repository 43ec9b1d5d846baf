"""Accounts: registering as a customer, and who one is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from pedidos.processes.api import problems
from pedidos.processes.api.limits import limited
from pedidos.processes.api.permissions import Role, public, signed_in
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security import passwords
from pedidos.security.tokens import Identity
from pedidos.storage.accounts import accounts as stored

Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        # ASCII alone, so that lower case means the same to everybody.
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
        examples=["customer@pedidos.example"],
    ),
    AfterValidator(str.lower),
]
Text120 = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _prepared(password: object) -> object:
    if not isinstance(password, str) or not 0 < len(password) <= passwords.MAX_SENT:
        return password  # the field's own checks refuse it
    try:
        return passwords.prepared(password)
    except ValueError as error:
        raise PydanticCustomError("password", "{reason}", {"reason": str(error)}) from error


class NewAccount(Body):
    """A customer to register."""

    email: Email
    name: Text120 = Field(examples=["Maria Souza"])
    password: Annotated[str, BeforeValidator(_prepared)] = Field(
        min_length=passwords.MIN_LENGTH,
        max_length=passwords.MAX_LENGTH,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]+$",
        description="Its characters count after normalisation (NFC); spaces of every kind are the same.",
        examples=["correct horse battery"],
    )


class AccountAnswer(Answer):
    """An account"""

    id: UUID
    email: str
    name: str
    role: Role
    merchant_id: UUID | None = Field(description="The merchant that a merchant's account belongs to.")
    created_at: datetime


resource = Resource("Accounts", "/v1", "Registering, and who one is.")


@resource.operation(
    "post", "/accounts", answers={201: AccountAnswer}, refuses=[problems.EmailTaken, problems.OutcomeUnknown]
)
@public
@limited
def register(body: NewAccount) -> Response:
    """Register as a customer"""
    password_hash = passwords.hash_password(body.password)
    try:
        account = stored.add_customer(services().engine, body.email, body.name, password_hash)
    except stored.EmailTaken as error:
        raise problems.EmailTaken from error
    return reply(_answer(account), 201)


@resource.operation("get", "/me", answers={200: AccountAnswer})
@signed_in
def who_am_i(identity: Identity) -> Response:
    """The account that the access token belongs to"""
    account = stored.by_id(services().engine, identity.account_id)
    if account is None or not account.active:
        raise problems.Unauthenticated("The account is not active any more.")
    return reply(_answer(account))


def _answer(account: stored.Account) -> AccountAnswer:
    return AccountAnswer(
        id=account.id,
        email=account.email,
        name=account.name,
        role=Role(account.role),
        merchant_id=account.merchant_id,
        created_at=account.created_at,
    )
