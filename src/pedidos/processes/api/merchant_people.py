"""The people of a merchant, whom its owner invites and removes, and the suspension of a merchant by an operator."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.http import problems, reader
from pedidos.http.acting import who
from pedidos.http.fields import Because, Email, Name
from pedidos.http.limits import limited
from pedidos.http.roles import allow
from pedidos.processes.api import coupons
from pedidos.processes.api.merchants import MerchantPath
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.security import mail_links
from pedidos.sentence import Sentence
from pedidos.storage.accounts.accounts import EmailTaken
from pedidos.storage.merchants import people, suspending

resource = coupons.resource  # the same paths


class PersonPath(MerchantPath):
    account_id: UUID = Field(description="Id of the account.")


class Invitation(Body):
    """Whom to invite. The person gets a mail, and chooses a password with its link."""

    email: Email
    name: Name
    role: Literal["staff", "courier"] = Field(
        "staff",
        description="Staff works the board and changes neither money nor people. A courier sees and brings what is to"
        " be delivered, and nothing else.",
    )


class Suspension(Body):
    """Why the merchant takes no new orders."""

    reason: Because


class PersonAnswer(Answer):
    """An account of a merchant"""

    id: UUID
    email: str
    name: str
    staff: bool
    courier: bool = Field(description="Neither staff nor courier: the owner's.")
    joined: bool = Field(description="Whether the person has chosen a password.")
    created_at: datetime


class People(Answer):
    """The accounts of a merchant: its owners, then its staff, then its couriers"""

    items: list[PersonAnswer]


@resource.operation("get", "/<uuid:merchant_id>/people", answers={200: People})
@allow(Role.MERCHANT, owner=True)
def list_people(identity: Identity, path: MerchantPath) -> Response:
    """List the accounts of your merchant"""
    _own(identity, path.merchant_id)
    return _people(path.merchant_id)


@resource.operation(
    "post",
    "/<uuid:merchant_id>/people",
    answers={201: People},
    refuses=[problems.Conflict, problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
@limited
def invite_person(identity: Identity, path: MerchantPath, body: Invitation) -> Response:
    """Invite somebody to your staff, or a courier"""
    _own(identity, path.merchant_id)
    link = mail_links.new(services().account_keys, reader.language())
    try:
        invite = people.invite_courier if body.role == "courier" else people.invite_staff
        invite(services().engine, path.merchant_id, body.email, body.name, link, who())
    except EmailTaken as error:
        raise problems.Conflict(Sentence("This address has an account already: use another one.")) from error
    except people.TooMany as error:
        raise problems.Conflict(
            Sentence(
                "There are {most} people already, or this address got too many mails within an hour.", most=people.MOST
            )
        ) from error
    return _people(path.merchant_id, 201)


@resource.operation(
    "delete",
    "/<uuid:merchant_id>/people/<uuid:account_id>",
    answers={200: People},
    refuses=[problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def remove_person(identity: Identity, path: PersonPath) -> Response:
    """Remove an account of your staff, or a courier's: its sessions end, and its tokens are void within two seconds"""
    _own(identity, path.merchant_id)
    if not people.remove(services().engine, path.merchant_id, path.account_id, who()):
        raise problems.NotFound
    return _people(path.merchant_id)


@resource.operation("post", "/<uuid:merchant_id>/suspend", answers={204: None}, refuses=[problems.OutcomeUnknown])
@allow(Role.OPERATOR)
def suspend_merchant(path: MerchantPath, body: Suspension) -> Response:
    """Suspend a merchant, with a reason: it takes no new orders, and finishes those that it has"""
    try:
        suspending.suspend(services().engine, path.merchant_id, body.reason, who())
    except LookupError as error:
        raise problems.NotFound from error
    return Response(status=204)


@resource.operation("post", "/<uuid:merchant_id>/resume", answers={204: None}, refuses=[problems.OutcomeUnknown])
@allow(Role.OPERATOR)
def resume_merchant(path: MerchantPath) -> Response:
    """End the suspension of a merchant"""
    try:
        suspending.resume(services().engine, path.merchant_id, who())
    except LookupError as error:
        raise problems.NotFound from error
    return Response(status=204)


def _people(merchant_id: UUID, status: int = 200) -> Response:
    found = people.of_merchant(services().engine, merchant_id)
    return reply(
        People(
            items=[
                PersonAnswer(
                    id=each.id,
                    email=each.email,
                    name=each.name,
                    staff=each.staff,
                    courier=each.courier,
                    joined=each.joined,
                    created_at=each.created_at,
                )
                for each in found
            ]
        ),
        status,
    )


def _own(identity: Identity, merchant_id: UUID) -> None:
    if not may_manage(identity, merchant_id):
        raise problems.NotFound
