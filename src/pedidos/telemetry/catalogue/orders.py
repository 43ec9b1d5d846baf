"""Orders, as their customers see them."""

from pedidos.domain.order import Status
from pedidos.telemetry.catalogue.buckets import QUICK, SIZES, UNTIL_CONFIRMED
from pedidos.telemetry.metric import OTHER, Counter, Histogram, Label, Recorder

REASONS = (
    *("bad-request", "malformed-json", "idempotency-key-missing", "unauthenticated", "forbidden", "conflict"),
    *("out-of-date-total", "request-in-flight", "body-too-large", "unsupported-media-type", "invalid-fields"),
    *("idempotency-key-reused", "order-limit-reached", "too-many-requests"),
    *("internal-error", "unavailable", "outcome-unknown", "held", "busy", OTHER),
)
"""The problem types with which an order can be refused (http/problems.py)."""

OUR_FAULT = ("internal-error", "unavailable", "outcome-unknown", "held", "busy")
"""Those that a customer cannot avoid: they spend the error budget."""

ENDED_EARLY = (Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED)
"""States in which an order has failed: it ended before its confirmation, and no person has cancelled it."""

ORDERS_ACCEPTED = Counter(
    "orders_accepted",
    "Orders stored durably.",
    unit="orders",
    by=[Recorder.API, Recorder.WEB],
    why="How much comes in; the good events of the objective 'accepted'.",
)
ORDERS_REPEATED = Counter(
    "orders_repeated",
    "Requests under an Idempotency-Key that had placed its order before.",
    unit="orders",
    by=[Recorder.API, Recorder.WEB],
    why="Clients repeat when answers get lost or come late.",
)
ORDERS_REFUSED = Counter(
    "orders_refused",
    "Requests for an order that were refused, by problem type.",
    unit="orders",
    labels=[Label("reason", REASONS)],
    by=[Recorder.API],
    why="The bad events of the objective 'accepted' are those that a customer cannot avoid: "
    + ", ".join(OUR_FAULT)
    + ".",
)
ORDERS_ACCEPT_SECONDS = Histogram(
    "orders_accept_seconds",
    "From the arrival of a request for an order to the answer that it is accepted.",
    unit="seconds",
    buckets=QUICK,
    by=[Recorder.API, Recorder.WEB],
    why="What a customer waits for.",
)
ORDERS_PER_COMMIT = Histogram(
    "orders_per_commit",
    "Orders that concurrent requests placed in one commit.",
    unit="orders",
    buckets=SIZES,
    by=[Recorder.API],
    why="Near 1 the api is idle; near 100, its maximum, PostgreSQL is the bottleneck.",
)
ORDERS_CONFIRM_SECONDS = Histogram(
    "orders_confirm_seconds",
    "From the acceptance of an order (the time in its id), or its release if it is for later, to its confirmation.",
    unit="seconds",
    buckets=UNTIL_CONFIRMED,
    by=[Recorder.WORKER],
    why="The objective 'confirmed in time'.",
)
ORDERS_ENDED_EARLY = Counter(
    "orders_ended_early",
    "Orders that failed, by the state in which they ended. Counted before the commit: a transaction that is repeated "
    "counts twice.",
    unit="orders",
    labels=[Label("status", ENDED_EARLY)],
    by=[Recorder.WORKER],
    why="Many at once have one cause: a shop without stock, or a gateway that declines or does not answer.",
)
ORDERS_SEEN_SECONDS = Histogram(
    "orders_seen_seconds",
    "From the acceptance of an order (the time in its id) until its confirmation was handed to the streams. Without"
    " orders for later.",
    unit="seconds",
    buckets=UNTIL_CONFIRMED,
    by=[Recorder.LIVE],
    why="What a customer who watches waits for; the part after the confirmation is the way through relay and Kafka.",
)
