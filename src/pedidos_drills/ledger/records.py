"""What the ledger compares: the answers that clients got, the gateway's book, the database and its Kafka topic.

Ids are text, as clients get them. So an answer with an id that is no UUID is a finding, and not an error of the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pedidos.domain.order import Status
from pedidos_drills.ledger import handed_over as hands
from pedidos_drills.ledger import told
from pedidos_drills.ledger.coupons import StoredCoupon
from pedidos_drills.ledger.parts import StoredRefund
from pedidos_drills.ledger.pricing import Line
from pedidos_drills.ledger.ratings import CountedRatings, StoredRating
from pedidos_drills.ledger.vips import VipPrice


@dataclass(frozen=True, slots=True)
class Answered:
    """One request to place an order, and its answer. status 0: no answer came. order_id: as in the answer.

    at: when the answer came (time.monotonic()). seconds: how long it took. retry_after: whether a refusal had
    Retry-After. reason: why no answer came.
    """

    key: str
    customer_id: str
    status: int
    order_id: str | None
    at: float
    seconds: float
    retry_after: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bystander:
    """An order that did not need what was locked, placed meanwhile.

    status: of the only request, 0 without an answer. confirmed_seconds: from the request until its customer saw the
    order confirmed, None if that did not happen within `within` seconds.
    """

    what: str
    order_id: str | None
    status: int
    accepted_seconds: float
    confirmed_seconds: float | None
    within: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """seconds: from the end of the fault until every order accepted by then had come to its end; None: never. last: one
    of the last of these orders."""

    what: str
    seconds: float | None
    within: float
    last: str | None = None


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """lines: the items. charges: cents per kind of line that is no item, negative for a discount. coupon: that of the
    discount. returned_cents: of its payment, as it is counted for refunds in part. forgotten: it waits for a time that
    came half a minute ago. early: it was released before its time."""

    id: str
    customer_id: str
    status: Status
    version: int
    total_cents: int
    key: str | None
    lines: Sequence[Line]
    charges: Mapping[str, int] = field(default_factory=dict)
    coupon: str | None = None
    returned_cents: int = 0
    forgotten: bool = False
    early: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """cause: in the event's detail, if it has one."""

    order_id: str
    version: int
    type: str
    status: Status
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class BookEntry:
    """The gateway's own record of one key: captured and refunded are amounts in cents. parts: of what is refunded, per
    key of a refund in part."""

    key: str
    captures: int
    captured: int
    refunded: int
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    on_hand: int
    reserved: int
    sold: int


@dataclass(frozen=True, slots=True)
class Waited:
    """The wait of a confirmed order for its merchant; times are PostgreSQL's, in seconds since the epoch.

    outcome: as noted, None if nothing was. accepted_at, missed_at: of the events that say so, if there are any. status:
    of the order. now: when this was read.
    """

    order_id: str
    status: Status
    confirmed_at: float
    now: float
    outcome: str | None = None
    accepted_at: float | None = None
    missed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for the ledger. topic: the events read from Kafka, with repetitions.

    pending: what is still in progress and should not be (payments, queues, positions of relay and consumers), as text.
    refund_keys: (order, key) of each request for a refund in part; None if they were not noted.
    dead_letters: (reason, order or None) of the open ones. start_stock: units per product before the drill. foreign:
    number of records on the events topic that are not ours. bystanders, recoveries: those of this drill. mails: None if
    events make none. waits: of confirmed orders for their merchants. acceptance_seconds: how long one may take; 0 is
    without limit. handed: orders that a courier had. undone: orders that were accepted after the moment to which
    PostgreSQL was restored, and that are gone. counted_ratings: by merchant; None if ratings are those of some orders
    only.
    """

    answers: Sequence[Answered]
    orders: Sequence[StoredOrder]
    events: Sequence[StoredEvent]
    topic: Sequence[StoredEvent]
    book: Sequence[BookEntry]
    stock: Mapping[str, Stock]
    start_stock: Mapping[str, int]
    coupons: Sequence[StoredCoupon] = ()
    refunds: Sequence[StoredRefund] = ()
    refund_keys: frozenset[tuple[str, str]] | None = None
    pending: Sequence[str] = ()
    dead_letters: Sequence[tuple[str, str | None]] = ()
    foreign: int = 0
    bystanders: Sequence[Bystander] = ()
    recoveries: Sequence[Recovery] = ()
    mails: told.Mails | None = None
    waits: Sequence[Waited] = ()
    acceptance_seconds: float = 0
    handed: Sequence[hands.Handed] = ()
    undone: frozenset[str] = frozenset()
    ratings: Sequence[StoredRating] = ()
    counted_ratings: Sequence[CountedRatings] | None = ()
    vip_prices: Sequence[VipPrice] = ()
    slowest_allowed_seconds: float = 11.0  # less than the load's time-out, or no request would ever count as hanging
