"""A moment comes when the clock says so. Breaks "nothing stuck": what was put off before it was set back waits on."""

from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "moments-ahead",
    guards="A charge whose next attempt lies further ahead than any is put off is due: the clock was set back since.",
    off="It is due when the clock is there again.",
    needs="clock-set",
    invariant="nothing stuck",
    replaced={"pedidos.storage.payments.attempts:IS_DUE": "next_attempt <= clock_timestamp()"},
)
