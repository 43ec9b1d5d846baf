"""Publishes all visible events. Breaks history: what an older transaction commits later is never published."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "snapshot-bound",
    guards="The relay reads only below the oldest transaction that may still write, so no late commit is skipped.",
    off=Sentence("It reads all visible events."),
    needs="late-commit",
    invariant="history",
    replaced={"pedidos.storage.event_log.unpublished:IS_FINAL": "true"},
)
