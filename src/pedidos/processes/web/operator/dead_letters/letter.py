"""One dead letter: why it was written, its record, its order, and what was done about it."""

from uuid import UUID, uuid4

from flask import Blueprint, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.messaging.groups import GROUPS
from pedidos.processes.web.customer.order_words import STATES as ORDER_STATES
from pedidos.processes.web.operator.dead_letters.filters import STATES, Shown
from pedidos.processes.web.operator.dead_letters.notes import translated
from pedidos.processes.web.operator.readable import readable
from pedidos.processes.web.services import services
from pedidos.storage.audit_log import writing
from pedidos.storage.dead_letters import letters
from pedidos.storage.dead_letters.letters import MAX_PAYLOAD_BYTES, DeadLetter
from pedidos.storage.orders import reading

pages = Blueprint("dead_letter", __name__, url_prefix="/operator/dead-letters")


@pages.get("/<uuid:letter_id>")
@allow(Role.OPERATOR)
def letter(letter_id: UUID) -> str:
    """The letter, with the way back to the list as it was."""
    engine = services().engine
    found = letters.get(engine, letter_id)
    if found is None:
        raise problems.NotFound
    writing.record(engine, Entry(Action.DEAD_LETTER_READ, who(), str(letter_id)))
    return render_template(
        "operator/dead_letters/letter.html",
        letter=found,
        key=readable(found.key),
        headers=[(name, readable(value)) for name, value in found.headers],
        payload=readable(found.payload),
        kept_bytes=MAX_PAYLOAD_BYTES,
        place=_place(found),
        order=reading.read(engine, found.order_id) if found.order_id else None,
        order_states=ORDER_STATES,
        trail=[(action, translated(action.note)) for action in letters.actions(engine, letter_id)],
        states=STATES,
        form_key=uuid4(),
        shown=Shown.of(request.args),
    )


def _place(found: DeadLetter) -> tuple[str, int, int] | None:
    """Topic, partition and offset of the record of a consumer's letter."""
    if found.source not in GROUPS:
        return None
    topic, partition, offset = found.origin.rsplit("/", 2)
    return topic, int(partition), int(offset)
