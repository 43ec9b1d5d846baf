"""Which orders there are: each that was accepted, and none without a request."""

from collections import Counter, defaultdict

from pedidos.domain.order import IN_FLIGHT
from pedidos_drills.ledger.records import Answered, Evidence
from pedidos_drills.ledger.verdict import Verdict


def nothing_lost(evidence: Evidence) -> Verdict:
    """Every order that was answered with 2xx exists and has come to an end, unless a restore of PostgreSQL to an
    earlier moment had to take it away."""
    there = {order.id: order for order in evidence.orders}
    accepted = {answer.order_id for answer in evidence.answers if 200 <= answer.status < 300 and answer.order_id}
    accepted -= evidence.undone
    findings: list[tuple[str, str | None]] = [
        ("answered with 202, but not in the database", order_id) for order_id in sorted(accepted - there.keys())
    ]
    findings += [
        (f"still {there[order_id].status}", order_id)
        for order_id in sorted(accepted & there.keys())
        if there[order_id].status in IN_FLIGHT
    ]
    figures = {"accepted": len(accepted)} | ({"undone": len(evidence.undone)} if evidence.undone else {})
    return Verdict("nothing lost", figures, findings)


def nothing_invented(evidence: Evidence) -> Verdict:
    """Every order was submitted by its customer, at most once per key, and not only refused."""
    submitted = {(answer.customer_id, answer.key) for answer in evidence.answers}
    open_ended = {(answer.customer_id, answer.key) for answer in evidence.answers if not _refused(answer)}
    findings: list[tuple[str, str | None]] = []
    by_key: Counter[tuple[str, str | None]] = Counter()
    for order in evidence.orders:
        by_key[order.customer_id, order.key] += 1
        if order.key is None or (order.customer_id, order.key) not in submitted:
            findings.append(("no client submitted it under this key", order.id))
        elif (order.customer_id, order.key) not in open_ended:
            findings.append(("it was refused, and placed all the same", order.id))
    findings += [(f"{count} orders under the key {key}", None) for (_, key), count in by_key.items() if count > 1]
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for answer in evidence.answers:
        if answer.order_id and answer.order_id not in evidence.undone:
            named[answer.customer_id, answer.key].add(answer.order_id)
    findings += [
        (f"the key {key} was answered with {len(ids)} orders", None) for (_, key), ids in named.items() if len(ids) > 1
    ]
    return Verdict("nothing invented", {"orders": len(evidence.orders), "submitted": len(submitted)}, findings)


def _refused(answer: Answered) -> bool:
    """Whether the answer says that nothing was placed. 409 may be about another request with the key."""
    return 400 <= answer.status < 500 and answer.status != 409
