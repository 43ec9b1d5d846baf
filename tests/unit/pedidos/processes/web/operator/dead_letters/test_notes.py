"""What the service says about a letter is known to the pages, which translate it."""

from uuid import uuid4

from flask import Flask

from pedidos.dead_letters.plan import Hint, Publish
from pedidos.domain.steps import Step
from pedidos.messaging.record_batches import Record
from pedidos.processes.web import languages
from pedidos.processes.web.operator.dead_letters.notes import translated

NOTES = [
    Hint(Step.RESERVE).note,
    Publish([Record("pedidos.orders.placed", None, b"", [])]).note,
    "the order is cancelled: no step has anything to do",
    "the record is still refused: The record is not signed.",
    "only the first 65536 bytes of the record were kept",
    "there is no such order",
    "there is no such letter",
    "the event is not in the log any more",
    "the letter names no order",
    "someone else closed it first",
    f"it has been replayed already, by operator {uuid4()}",
    "it has been discarded already, by ana",
    "discarded: forged",
]


def test_each_note_is_translated() -> None:
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        for note in NOTES:
            assert translated(note) != note
        assert translated("discarded: <b>") == "descartada: <b>"
        assert translated("Kafka refuses it: too large") == "Kafka refuses it: too large"
