"""Nothing is stuck, requests are answered, and a fault is over soon after its end."""

from pedidos.domain.order import IN_FLIGHT
from pedidos_drills.ledger.records import Bystander, Evidence
from pedidos_drills.ledger.verdict import Verdict


def nothing_stuck(evidence: Evidence) -> Verdict:
    """Nothing is in progress, nothing is behind, and every dead letter has its reason."""
    findings: list[tuple[str, str | None]] = [
        (f"stuck in {order.status}", order.id) for order in evidence.orders if order.status in IN_FLIGHT
    ]
    findings += [
        ("its time has come, and it was not released", order.id) for order in evidence.orders if order.forgotten
    ]
    findings += [(what, None) for what in evidence.pending]
    findings += [
        ("a dead letter without a reason", order_id) for reason, order_id in evidence.dead_letters if not reason
    ]
    return Verdict("nothing stuck", {"dead_letters": len(evidence.dead_letters)}, findings)


def still_serving(evidence: Evidence) -> Verdict:
    """Each request was answered in time: accepted, refused for a reason, or refused with Retry-After.

    An order that did not need what was locked was accepted and confirmed meanwhile.
    """
    findings: list[tuple[str, str | None]] = []
    for answer in evidence.answers:
        if answer.seconds > evidence.slowest_allowed_seconds:
            findings.append((f"the request {answer.key} hung for {answer.seconds:.1f} s", answer.order_id))
        if answer.status in (429, 503) and not answer.retry_after:
            findings.append((f"the request {answer.key} got {answer.status} without Retry-After", answer.order_id))
        if answer.status == 500:
            findings.append((f"the request {answer.key} got 500", answer.order_id))
    slowest = max((answer.seconds for answer in evidence.answers), default=0.0)
    answered = sum(1 for answer in evidence.answers if answer.status)
    figures = {"answered": answered, "slowest_seconds": round(slowest, 3)}
    if evidence.bystanders:
        findings += [finding for each in evidence.bystanders if (finding := _held_up(each)) is not None]
        confirmed = [each.confirmed_seconds for each in evidence.bystanders if each.confirmed_seconds is not None]
        figures |= {"bystanders": len(evidence.bystanders), "confirmed_seconds": round(max(confirmed, default=0.0), 3)}
    return Verdict("still serving", figures, findings)


def _held_up(bystander: Bystander) -> tuple[str, str | None] | None:
    if bystander.status != 202:
        what = f"answered {bystander.status or 'nothing'} after {bystander.accepted_seconds:.1f} s"
    elif bystander.confirmed_seconds is None:
        what = f"not confirmed within {bystander.within:.0f} s"
    else:
        return None
    return f"{what}, though it did not need what was held ({bystander.what})", bystander.order_id


def recovered_in_time(evidence: Evidence) -> Verdict:
    """After each fault the orders in flight came to their end within the stated time."""
    findings: list[tuple[str, str | None]] = []
    for each in evidence.recoveries:
        if each.seconds is None or each.seconds > each.within:
            took = "never recovered" if each.seconds is None else f"recovered after {each.seconds:.1f} s"
            findings.append((f"{each.what}: {took}, {each.within:.0f} s are allowed", each.last))
    slowest = max((each.seconds for each in evidence.recoveries if each.seconds is not None), default=0.0)
    return Verdict(
        "recovered in time", {"recoveries": len(evidence.recoveries), "slowest": round(slowest, 1)}, findings
    )
