"""The names of what experiments tell, as people read them: for the catalogue; translated where they are shown."""

from collections.abc import Mapping

from pedidos.texts import N_
from pedidos_classroom.control import Act
from pedidos_classroom.experiments import claim_names
from pedidos_classroom.experiments.measures.claim import NOT_SO

STEPS: Mapping[str, str] = {
    "starting": N_("A second platform starts"),
    "ordering": N_("Customers order"),
    "broken": N_("Broken"),
    "mended": N_("Undone"),
    "recovering": N_("What waited goes on"),
    "judging": N_("The ledger looks at every order"),
    "said": N_("Noted"),
    **claim_names.STEPS,
}

ACTS: Mapping[str, str] = {
    Act.KILL: N_("killed:"),
    Act.PAUSE: N_("paused:"),
    Act.HALT: N_("taken away:"),
    Act.SCALE: N_("more or fewer:"),
    Act.GATEWAY: N_("misbehaves:"),
}

INVARIANTS: Mapping[str, str] = {
    "nothing lost": N_("Nothing lost"),
    "nothing invented": N_("Nothing invented"),
    "money": N_("Money"),
    "stock": N_("Stock"),
    "history": N_("History"),
    "nothing stuck": N_("Nothing stuck"),
    "still serving": N_("Still serving"),
    "recovered in time": N_("Recovered in time"),
    "everybody told": N_("Everybody told"),
    "accepted in time": N_("Accepted in time"),
    "handed over": N_("Handed over"),
    "this drill's own": N_("What this drill checks"),
}
"""Of the ledger."""

HOW: Mapping[str, str] = {
    "nothing lost": N_("Every order that was answered with 202 exists and has come to its end."),
    "nothing invented": N_("Each order was submitted by its customer, once per key."),
    "money": N_("The gateway's own book: each paid order was captured once, and what was undone was given back."),
    "stock": N_("On hand, reserved and sold together are as many units as at the start."),
    "history": N_("The events of each order are complete, allowed, and the same on Kafka as in PostgreSQL."),
    "nothing stuck": N_("No order and no payment is left half way."),
    "still serving": N_("Each request was answered in time, or refused with Retry-After."),
    "recovered in time": N_("What was under way came to its end within the time that is promised."),
    "everybody told": N_(
        "Each event that makes a mail made it once, and each mail arrived once, where mails are sent."
    ),
    "accepted in time": N_(
        "Each confirmed order was accepted within its time, or ended because it was not; never both."
    ),
    "handed over": N_("Each order that couriers had was delivered at most once, by the one who had it last."),
    "this drill's own": N_("What is wrong in the eyes of the drill alone."),
}

FIGURES: Mapping[str, str] = {
    "accepted": N_("accepted"),
    "orders": N_("orders"),
    "submitted": N_("submitted"),
    "captured_cents": N_("captured"),
    "refunded_cents": N_("refunded"),
    "products": N_("products"),
    "sold": N_("sold"),
    "counted_meanwhile": N_("counted meanwhile"),
    "events": N_("events"),
    "repeated_on_kafka": N_("repeated on Kafka"),
    "foreign_on_kafka": N_("of others on Kafka"),
    "dead_letters": N_("dead letters"),
    "by_couriers": N_("by couriers"),
    "taken": N_("taken"),
    "answered": N_("answers"),
    "slowest_seconds": N_("slowest answer, s"),
    "bystanders": N_("bystanders"),
    "confirmed_seconds": N_("slowest to be confirmed, s"),
    "recoveries": N_("faults"),
    "slowest": N_("slowest recovery, s"),
    "confirmed": N_("confirmed"),
    "missed": N_("missed"),
    "mails": N_("mails"),
    "arrived": N_("arrived"),
    **claim_names.FIGURES,
}

CENTS = frozenset({"captured_cents", "refunded_cents"})

VERDICTS: Mapping[str, str] = {**INVARIANTS, **claim_names.CLAIMS}
"""Of the ledger, and of the experiments that measure."""

FINDINGS: Mapping[str, str] = {NOT_SO: NOT_SO}
"""Those that are always the same. The others name an order or a number, and are shown as they are."""
