"""Closures: when a merchant is closed in spite of its opening hours, for a holiday or from now on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role, may_manage
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import ClosureReason, MomentInBody
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow
from pedidos.processes.api import merchants
from pedidos.processes.api.merchants import MerchantAnswer, MerchantPath, answer
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.catalogue import closures

LONGEST = timedelta(days=366)
AHEAD = timedelta(days=2 * 366)
"""How far in the future a closure may end."""

resource = merchants.resource  # the same paths


class NewClosure(Body):
    """When to be closed. One with the same begin is replaced."""

    begins: MomentInBody | None = Field(
        None, description="Null: now. If you are closed now, that lasts until ends, at least."
    )
    ends: MomentInBody
    reason: ClosureReason = ""


class ClosurePath(MerchantPath):
    closure_id: UUID = Field(description="Id of the closure.")


@resource.operation(
    "post",
    "/<uuid:merchant_id>/closures",
    answers={200: MerchantAnswer},
    refuses=[problems.Conflict, problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def close(identity: Identity, path: MerchantPath, body: NewClosure) -> Response:
    """Close from a time to a time, whatever your opening hours say"""
    _own(identity, path.merchant_id)
    now = datetime.now(UTC)
    begins = body.begins or now
    if not now < body.ends <= now + AHEAD or not begins < body.ends <= begins + LONGEST:
        limits = Sentence("Must be in the future, later than begins, and at most a year after it.")
        raise problems.InvalidFields(errors=[FieldError("ends", limits)])
    engine = services().engine
    try:
        if body.begins is None:
            changed = closures.close_now(engine, path.merchant_id, body.ends, body.reason, who())
        else:
            changed = closures.close(engine, path.merchant_id, body.begins, body.ends, body.reason, who())
    except closures.TooManyClosures as error:
        raise problems.Conflict(error.reason) from error
    return reply(answer(changed))


@resource.operation(
    "post", "/<uuid:merchant_id>/reopen", answers={200: MerchantAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, owner=True)
def reopen(identity: Identity, path: MerchantPath) -> Response:
    """End the closures that are in force now. Your opening hours decide again"""
    _own(identity, path.merchant_id)
    return reply(answer(closures.reopen(services().engine, path.merchant_id, who())))


@resource.operation(
    "delete",
    "/<uuid:merchant_id>/closures/<uuid:closure_id>",
    answers={200: MerchantAnswer},
    refuses=[problems.OutcomeUnknown],
)
@allow(Role.MERCHANT, owner=True)
def withdraw(identity: Identity, path: ClosurePath) -> Response:
    """Remove a closure, or end it if it has begun"""
    _own(identity, path.merchant_id)
    changed = closures.withdraw(services().engine, path.merchant_id, path.closure_id, who())
    if changed is None:
        raise problems.NotFound
    return reply(answer(changed))


def _own(identity: Identity, merchant_id: UUID) -> None:
    if not may_manage(identity, merchant_id):
        raise problems.NotFound
