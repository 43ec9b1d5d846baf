"""The verdicts on all invariants."""

from pedidos_drills.ledger.history import history
from pedidos_drills.ledger.money import money
from pedidos_drills.ledger.orders import nothing_invented, nothing_lost
from pedidos_drills.ledger.people import accepted_in_time, everybody_told, handed_over
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.ledger.serving import nothing_stuck, recovered_in_time, still_serving
from pedidos_drills.ledger.stock import stock
from pedidos_drills.ledger.verdict import Verdict


def judge(evidence: Evidence) -> list[Verdict]:
    """The verdict on each invariant, in the order of the documents."""
    return [
        nothing_lost(evidence),
        nothing_invented(evidence),
        money(evidence),
        stock(evidence),
        history(evidence),
        accepted_in_time(evidence),
        handed_over(evidence),
        nothing_stuck(evidence),
        everybody_told(evidence),
        still_serving(evidence),
        recovered_in_time(evidence),
    ]
