"""Does not count what is given back in part. Breaks money: more is promised than was captured."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "refund-bound",
    guards="Refunds in part are counted in the row of the payment, and stay within what was captured.",
    off=Sentence("Each one looks at the whole amount, as if it were the first."),
    needs=SIMULATION,
    invariant="money",
    replaced={"pedidos.storage.payments.refunds:COUNTED": "coalesce(returned_cents, 0) + 0 * %(cents)s"},
)
