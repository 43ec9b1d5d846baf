"""What people are told.

Each event that makes a mail made one for each who may get it, each mail arrived, and none twice.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pedidos.domain.mails import Audience, mails_about

Finding = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class StoredMail:
    """key: what the message is known by. confirmed: whether the address is. state: what became of it."""

    order_id: str
    version: int
    kind: str
    key: str
    confirmed: bool
    state: str


@dataclass(frozen=True, slots=True)
class Mails:
    """stored: the mails about orders. arrived: the keys of the messages that the mail server took, with repetitions.
    unconfirmed: customers whose address is not. staff: the number of accounts of each order's merchant, by order.
    again: how many copies the drill's deaths in the stated window allow."""

    stored: Sequence[StoredMail]
    arrived: Sequence[str]
    unconfirmed: frozenset[str]
    staff: Mapping[str, int]
    again: int = 0


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of an order. customer_id: who placed it. cause: in its detail."""

    order_id: str
    version: int
    type: str
    customer_id: str
    cause: str | None = None


def findings(mails: Mails, events: Sequence[Happened]) -> list[Finding]:
    """What is wrong."""
    return [*_missing(mails, events), *_unsent(mails), *_copies(mails)]


def _missing(mails: Mails, events: Sequence[Happened]) -> list[Finding]:
    found: list[Finding] = []
    written: dict[tuple[str, int, str], int] = defaultdict(int)
    for mail in mails.stored:
        written[mail.order_id, mail.version, mail.kind] += 1
        if not mail.confirmed:
            found.append((f"{mail.kind} to an address that is not confirmed", mail.order_id))
    for event in events:
        for made in mails_about(event.type, event.cause):
            if made.audience is Audience.MERCHANT:
                wanted = mails.staff.get(event.order_id, 0)
            else:
                wanted = int(event.customer_id not in mails.unconfirmed)
            count = written.pop((event.order_id, event.version, made.kind.value), 0)
            if count != wanted:
                found.append((f"{event.type} made {count} mails {made.kind}, not {wanted}", event.order_id))
    found += [(f"{kind} reports what did not happen", order_id) for order_id, _, kind in written]
    return found


def _unsent(mails: Mails) -> list[Finding]:
    arrived = set(mails.arrived)
    found: list[Finding] = [
        (f"the mail {mail.kind} is {mail.state}", mail.order_id) for mail in mails.stored if mail.state != "sent"
    ]
    found += [
        (f"the mail {mail.kind} was sent, and did not arrive", mail.order_id)
        for mail in mails.stored
        if mail.state == "sent" and mail.key not in arrived
    ]
    known = {mail.key for mail in mails.stored}
    found += [(f"a message that was not written: {key}", None) for key in sorted(arrived - known)]
    return found


def _copies(mails: Mails) -> list[Finding]:
    more = sum(count - 1 for count in Counter(mails.arrived).values())
    if more <= mails.again:
        return []
    return [(f"{more} messages arrived again, of which {mails.again} may have", None)]
