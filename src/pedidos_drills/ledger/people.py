"""What people owe and are owed: merchants accept in time, couriers hand over once, everybody is told."""

from collections import Counter

from pedidos.domain.order import Status
from pedidos_drills.ledger import handed_over as hands
from pedidos_drills.ledger import told
from pedidos_drills.ledger.records import Evidence, Waited
from pedidos_drills.ledger.verdict import Verdict

OVERDUE_SECONDS = 30.0
"""How long after its limit a confirmed order may still be there: the platform has to find it first."""


def accepted_in_time(evidence: Evidence) -> Verdict:
    """Each confirmed order was accepted within the limit or ended because it was not, and never both; what is noted
    about it and what its events say is the same."""
    findings: list[tuple[str, str | None]] = [
        (problem, each.order_id) for each in evidence.waits for problem in _wait_problems(each, evidence)
    ]
    told = Counter(each.outcome for each in evidence.waits if each.outcome)
    return Verdict("accepted in time", {"confirmed": len(evidence.waits), **told}, findings)


def _wait_problems(wait: Waited, evidence: Evidence) -> list[str]:
    limit = evidence.acceptance_seconds
    problems = []
    if wait.accepted_at is not None and wait.missed_at is not None:
        problems.append("accepted, and ended because it was not")
    said = "accepted" if wait.accepted_at is not None else "missed" if wait.missed_at is not None else None
    if wait.outcome != said:
        problems.append(f"noted as {wait.outcome}, its events say {said}")
    if limit and wait.accepted_at is not None and wait.accepted_at > wait.confirmed_at + limit + CLOCK_SECONDS:
        problems.append(f"accepted {wait.accepted_at - wait.confirmed_at:.1f} s after it was confirmed")
    if wait.missed_at is not None and (not limit or wait.missed_at < wait.confirmed_at + limit):
        problems.append(f"ended {wait.missed_at - wait.confirmed_at:.1f} s after it was confirmed")
    if limit and wait.status is Status.CONFIRMED and wait.now > wait.confirmed_at + limit + OVERDUE_SECONDS:
        problems.append(f"still waits for its merchant after {wait.now - wait.confirmed_at:.0f} s")
    return problems


def handed_over(evidence: Evidence) -> Verdict:
    """Each order that couriers had was delivered at most once, by the one who had it last, and its events say so."""
    findings: list[tuple[str, str | None]] = [
        (problem, each.order_id) for each in evidence.handed for problem in hands.problems(each)
    ]
    taken = sum(len(each.turns) for each in evidence.handed)
    return Verdict("handed over", {"by_couriers": len(evidence.handed), "taken": taken}, findings)


CLOCK_SECONDS = 0.5
"""From the moment at which the limit is compared until that of the event, in one transaction."""


def everybody_told(evidence: Evidence) -> Verdict:
    """Each event that makes a mail has made it once, and each mail has arrived once, or as often as is stated."""
    if evidence.mails is None:
        return Verdict("everybody told", {})
    customers = {order.id: order.customer_id for order in evidence.orders}
    happened = [
        told.Happened(event.order_id, event.version, event.type, customers.get(event.order_id, ""), event.cause)
        for event in evidence.events
    ]
    figures = {"mails": len(evidence.mails.stored), "arrived": len(evidence.mails.arrived)}
    return Verdict("everybody told", figures, told.findings(evidence.mails, happened))
