"""Every safeguard that a drill can do without; each is a file in drills/mutants of its name."""

from importlib import import_module

from pedidos_drills.safeguard import Safeguard

NAMES = (
    "guarded-transition",
    "row-lock",
    "log-order",
    "one-commit",
    "order-key",
    "snapshot-bound",
    "write-fence",
    "passed-over",
    "shards-in-turn",
    "own-position",
    "leaders-watched",
    "save-after-acknowledgement",
    "tail-compared",
    "record-signatures",
    "restore-refused",
    "charges-compared",
    "offsets-after-enqueue",
    "gateway-key",
    "unknown-outcome",
    "answers-checked",
    "first-question",
    "lease-take-over",
    "lease-fence",
    "stock-given-back",
    "vips-price",
    "coupon-scarce",
    "coupon-given-back",
    "money-given-back",
    "refund-bound",
    "refund-once",
    "refund-key",
    "parts-first",
    "delay-told-once",
    "rating-delivered",
    "unaccepted-found",
    "acceptance-limit",
    "courier-epoch",
    "watchdog",
    "scheduled-found",
    "release-time",
    "moments-ahead",
    "bounded-wait",
    "placing-apart",
    "logs-out-of-the-way",
    "hung-replaced",
    "held-apart",
    "offsets-after-mails",
    "one-mail-per-event",
    "confirmed-address",
    "mail-lease",
    "noted-after-sent",
    "endpoint-lease",
    "one-delivery-per-event",
    "order-of-events",
    "webhook-signature",
    "public-addresses",
)
"""In the order of an order's path."""


def load(name: str) -> Safeguard:
    """The safeguard of this name; imports only what it replaces. Raises LookupError: there is none."""
    if name not in NAMES:
        raise LookupError(name)
    safeguard: Safeguard = import_module(f"pedidos_drills.mutants.{name.replace('-', '_')}").SAFEGUARD
    return safeguard


def load_all() -> dict[str, Safeguard]:
    return {name: load(name) for name in NAMES}
