"""What the spans of a step say about the payments that it asks the gateway about."""

from collections.abc import Iterable

from pedidos.storage.payments.attempts import Attempt
from pedidos.telemetry import attributes, traces


def note_attempts(attempts: Iterable[Attempt]) -> None:
    """Notes lease and attempt in the spans of the orders that are traced."""
    work = traces.current()
    if work.knows():
        for attempt in attempts:
            work.note(attempt.order_id, {attributes.LEASE: attempt.lease, attributes.ATTEMPT: attempt.attempts})
