"""Webhooks of the payment provider: what it says of itself, besides its answers to our requests."""

import time

from flask import Response, request

from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.payments.intents import Wrong
from pedidos.payments.provider_events import MOST_BYTES, SIGNATURE_HEADER, event_in, is_signed
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.steps.heard import hear
from pedidos.telemetry.catalogue import payments as metrics

resource = Resource("Payment events", "/v1/payment-events", "For the payment provider alone: its signed webhooks.")


class HeardAnswer(Answer):
    """What became of the event."""

    outcome: str


@resource.operation(
    "post", "", answers={200: HeardAnswer}, refuses=[problems.BodyTooLarge, problems.NotFound, problems.BadRequest]
)
@public
def hear_payment_event() -> Response:
    """Tell what happened to a payment. Signed (Stripe-Signature) with a secret that both know; it may come again"""
    secrets = services().settings.event_secrets
    if not secrets:
        raise problems.NotFound
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise problems.BodyTooLarge
    if not is_signed(secrets, request.headers.get(SIGNATURE_HEADER, ""), body, time.time()):
        metrics.PROVIDER_EVENTS["refused"].inc()
        raise problems.BadRequest(Sentence("The signature is missing, wrong or too old."))
    try:
        event = event_in(body)
    except Wrong as wrong:
        metrics.PROVIDER_EVENTS["refused"].inc()
        raise problems.BadRequest(Sentence("The event is not understood.")) from wrong
    outcome = hear(services().engine, event, body)
    metrics.PROVIDER_EVENTS[outcome].inc()
    return reply(HeardAnswer(outcome=outcome))
