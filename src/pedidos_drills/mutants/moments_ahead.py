"""A moment comes when the clock says so. Breaks "nothing stuck": what was put off before it was set back waits on."""

from pedidos.storage.payments import attempts
from pedidos_drills.safeguard import Safeguard, cut

BOUNDED = "next_attempt not between clock_timestamp() and clock_timestamp() + interval '10 minutes'"
WAITED_FOR = "next_attempt <= clock_timestamp()"

SAFEGUARD = Safeguard(
    "moments-ahead",
    guards="A charge whose next attempt lies further ahead than any is put off is due: the clock was set back since.",
    off="It is due when the clock is there again.",
    needs="clock-set",
    invariant="nothing stuck",
    replaced={
        "pedidos.storage.payments.attempts:_TAKE_OVER": cut(attempts._TAKE_OVER, BOUNDED, WAITED_FOR),
        "pedidos.storage.payments.attempts:_DUE": cut(attempts._DUE, BOUNDED, WAITED_FOR),
    },
)
