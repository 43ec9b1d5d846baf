"""An order's price, and what the gateway has of it."""

from collections import defaultdict

from pedidos.domain.order import Status
from pedidos_drills.ledger import parts, vips
from pedidos_drills.ledger.parts import StoredRefund
from pedidos_drills.ledger.pricing import total_cents
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.ledger.verdict import Verdict

PAID = frozenset(
    {Status.PAID, Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED},
)


def book_key(order_id: str) -> str:
    """The key under which the gateway must have an order's money. Written here once more: the ledger does not trust
    the platform."""
    return f"charge:{order_id}"


def money(evidence: Evidence) -> Verdict:
    """An order costs what its lines cost, and only VIPs have their discount. The gateway captured that once if the
    order is paid, without what was given back in part, and keeps none if it is undone, or if a restore of PostgreSQL
    took it away."""
    book = {entry.key: entry for entry in evidence.book}
    refunds: dict[str, list[StoredRefund]] = defaultdict(list)
    for refund in evidence.refunds:
        refunds[refund.order_id].append(refund)
    findings: list[tuple[str, str | None]] = []
    for order in evidence.orders:
        price = total_cents(order.lines, order.charges)
        if price != order.total_cents:
            findings.append((f"its total is {order.total_cents} cents, its lines cost {price}", order.id))
        entry = book.pop(book_key(order.id), None)
        captures, kept = (entry.captures, entry.captured - entry.refunded) if entry else (0, 0)
        own = refunds.pop(order.id, [])
        made = parts.problems(order.total_cents, order.returned_cents, own, entry.parts if entry else {})
        findings += [(problem, order.id) for problem in made]
        if evidence.refund_keys is not None:
            findings += [
                (f"a refund under the key {each.request_key}, which no request had", order.id)
                for each in own
                if (order.id, each.request_key) not in evidence.refund_keys
            ]
        returned = sum(each.amount_cents for each in own if each.status == "refunded")
        owed = order.total_cents - returned if order.status in PAID else 0
        if captures > 1:
            findings.append((f"captured {captures} times", order.id))
        if kept != owed:
            findings.append((f"{order.status}: {kept} cents are kept, {owed} are owed", order.id))
    # An order that a restore took away was charged, and its client may not have had its answer yet.
    findings += [
        (f"captured for no order: {key}", None)
        for key, entry in book.items()
        if entry.captured - (entry.refunded if evidence.undone else 0)
    ]
    findings += [("given back of no order", order_id) for order_id in refunds]
    findings += vips.problems(evidence.vip_prices)
    taken = sum(entry.captured for entry in evidence.book)
    returned = sum(entry.refunded for entry in evidence.book)
    return Verdict("money", {"captured_cents": taken, "refunded_cents": returned}, findings)
