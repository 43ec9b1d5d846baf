"""Applications of merchants: a customer's account applies, and an operator approves or refuses."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role
from pedidos.domain.schedule import faults
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Because, FeeCents, Name, PostalAddress, TaxNumber, TimeZone
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow
from pedidos.processes.api.merchants import OpenInterval, as_intervals, as_open_intervals
from pedidos.processes.api.request_validation import Body, Path
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.merchants import applications as stored

MOST = 100
"""Applications that a list has at most: those that wait longest."""


class ApplicationPath(Path):
    application_id: UUID = Field(description="Id of the application.")


class NewMerchant(Body):
    """What a merchant is asked when it applies."""

    name: Name
    tax_number: TaxNumber
    address: PostalAddress
    time_zone: TimeZone = "America/Sao_Paulo"
    hours: Annotated[list[OpenInterval], Field(max_length=70)]
    delivery_fee_cents: FeeCents = 0


class Refusal(Body):
    """Why the application is refused, for who applied."""

    reason: Because


class ApplicationAnswer(Answer):
    """An application of a merchant"""

    id: UUID
    account_id: UUID
    email: str
    status: str = Field(description="open, approved or refused.")
    reason: str | None = Field(description="Why it was refused; null otherwise.")
    merchant_id: UUID | None = Field(description="The merchant that the approval made; null otherwise.")
    name: str
    tax_number: str = Field(description="CNPJ or CPF without its signs.")
    address: str
    time_zone: str
    hours: list[OpenInterval]
    delivery_fee_cents: int
    created_at: datetime
    decided_at: datetime | None


class ApplicationList(Answer):
    """The applications that wait for a decision, the oldest first"""

    items: list[ApplicationAnswer]


resource = Resource(
    "Merchant applications", "/v1/merchant-applications", "Apply as a merchant, and decide about applications."
)


@resource.operation("post", "", answers={201: ApplicationAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.CUSTOMER)
def apply_as_merchant(identity: Identity, body: NewMerchant) -> Response:
    """Apply as a merchant. If it is approved, your account becomes the merchant's, and no longer orders"""
    hours = as_intervals(body.hours)
    errors = [FieldError(f"hours.{position}.{part}", reason) for position, part, reason in faults(hours)]
    if errors:
        raise problems.InvalidFields(errors=errors)
    wanted = stored.NewApplication(
        body.name, body.tax_number, body.address, body.time_zone, hours, body.delivery_fee_cents
    )
    try:
        made = stored.apply(services().engine, identity.account_id, wanted, who())
    except stored.AlreadyApplied as error:
        raise problems.Conflict(Sentence("Your account has an open application.")) from error
    except stored.TaxNumberTaken as error:
        raise problems.Conflict(Sentence("A merchant or another application has this tax number.")) from error
    except stored.NotACustomer as error:
        raise problems.Forbidden(Sentence("Your account is not an active customer's.")) from error
    return reply(answer(made), 201)


@resource.operation("get", "/own", answers={200: ApplicationAnswer}, refuses=[problems.NotFound])
@allow(Role.CUSTOMER, Role.MERCHANT, owner=True)
def own_application(identity: Identity) -> Response:
    """Read your newest application"""
    found = stored.of_account(services().engine, identity.account_id)
    if found is None:
        raise problems.NotFound
    return reply(answer(found))


@resource.operation("get", "", answers={200: ApplicationList})
@allow(Role.OPERATOR)
def list_applications() -> Response:
    """List the applications that wait for a decision, at most a hundred"""
    return reply(ApplicationList(items=[answer(each) for each in stored.waiting(services().engine, MOST)]))


@resource.operation(
    "post",
    "/<uuid:application_id>/approve",
    answers={200: ApplicationAnswer},
    refuses=[problems.Conflict, problems.OutcomeUnknown],
)
@allow(Role.OPERATOR)
def approve_application(path: ApplicationPath) -> Response:
    """Approve an application: it makes the merchant with its hours, and the account its owner's"""
    return _decided(lambda: stored.approve(services().engine, path.application_id, who()))


@resource.operation(
    "post",
    "/<uuid:application_id>/refuse",
    answers={200: ApplicationAnswer},
    refuses=[problems.Conflict, problems.OutcomeUnknown],
)
@allow(Role.OPERATOR)
def refuse_application(path: ApplicationPath, body: Refusal) -> Response:
    """Refuse an application, with a reason"""
    return _decided(lambda: stored.refuse(services().engine, path.application_id, body.reason, who()))


def _decided(decide: Callable[[], stored.Application]) -> Response:
    try:
        return reply(answer(decide()))
    except LookupError as error:
        raise problems.NotFound from error
    except stored.AlreadyDecided as error:
        raise problems.Conflict(Sentence("The application was decided otherwise.")) from error
    except stored.NotACustomer as error:
        raise problems.Conflict(Sentence("The account that applied is disabled, or no longer a customer's.")) from error


def answer(application: stored.Application) -> ApplicationAnswer:
    """The application as the API shows it."""
    asked = application.asked
    return ApplicationAnswer(
        id=application.id,
        account_id=application.account_id,
        email=application.email,
        status=application.status,
        reason=application.reason,
        merchant_id=application.merchant_id,
        name=asked.name,
        tax_number=asked.tax_number,
        address=asked.address,
        time_zone=asked.time_zone,
        hours=as_open_intervals(asked.hours),
        delivery_fee_cents=asked.delivery_fee_cents,
        created_at=application.created_at,
        decided_at=application.decided_at,
    )
