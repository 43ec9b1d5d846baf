"""Trusts the clock. Breaks "nothing stuck": a charge that was put off before the clock was set back keeps waiting."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "moments-ahead",
    guards="A charge is due if its next attempt is further ahead than any delay allows: the clock was set back.",
    off=Sentence("It is due when the clock gets there."),
    needs="clock-set",
    invariant="nothing stuck",
    replaced={"pedidos.storage.payments.attempts:IS_DUE": "next_attempt <= clock_timestamp()"},
)
