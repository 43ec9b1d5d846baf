"""Formats dead letters for the terminal, and as JSON."""

import json
from collections.abc import Iterator, Sequence

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence
from pedidos.storage.dead_letters.jobs import Job
from pedidos.storage.dead_letters.letters import Action, DeadLetter, Summary
from pedidos.storage.orders.reading import TimelineEntry

SHOWN_BYTES = 4096
REASON_WIDTH = 100


def line(letter: Summary) -> str:
    """A dead letter as one line of a list."""
    about = phrase("order {id}", id=letter.order_id) if letter.order_id else letter.origin
    reason = " ".join(letter.reason.split())
    if len(reason) > REASON_WIDTH:
        reason = f"{reason[: REASON_WIDTH - 1]}…"
    return f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}  {letter.status:9} {letter.source:8}  {about}  {reason}"


def summary(letter: Summary) -> dict[str, str | None]:
    """The same for JSON, for programs."""
    return {
        "id": str(letter.id),
        "source": letter.source,
        "origin": letter.origin,
        "order_id": None if letter.order_id is None else str(letter.order_id),
        "reason": letter.reason,
        "status": letter.status,
        "created_at": letter.created_at.isoformat(),
    }


def job_line(job: Job) -> str:
    """What an operator asked of many letters, as one line: how far it is, or how it ended."""
    counts = phrase(
        "{settled} of {letters} letters, possible for {done}", settled=job.settled, letters=job.letters, done=job.done
    )
    return f"{job.id}  {job.created_at:%Y-%m-%d %H:%M:%S}  {job.deed:8} {counts}: {_how(job)}"


def _how(job: Job) -> str:
    if job.stopped_at is not None:
        return phrase("stopped")
    return phrase("ended") if job.ended_at is not None else job.waits_for or phrase("goes on")


def whole(letter: DeadLetter, events: Sequence[TimelineEntry], trail: Sequence[Action]) -> Iterator[str]:
    """All fields of a dead letter, as lines. events: the timeline of its order. trail: what was done about it."""
    yield f"{phrase('letter'):<9}{letter.id}"
    yield f"{phrase('status'):<9}{letter.status}"
    yield f"{phrase('source'):<9}{letter.source}"
    yield f"{phrase('origin'):<9}{letter.origin}"
    yield f"{phrase('written'):<9}{letter.created_at:%Y-%m-%d %H:%M:%S %Z}"
    yield f"{phrase('reason'):<9}{letter.reason}"
    if letter.key is not None:
        yield f"{phrase('key'):<9}{text(letter.key)}"
    for name, value in letter.headers:
        yield f"{phrase('header'):<9}{name}: {text(value)}"
    if letter.payload:
        size = Sentence("{count} bytes, cut") if letter.cut else Sentence("{count} bytes")
        yield f"{phrase('payload'):<9}{told(size.filled(count=len(letter.payload)))}"
        yield f"         {text(letter.payload)}"
    if letter.order_id is not None:
        known = str(letter.order_id) if events else phrase("{id}, which does not exist", id=letter.order_id)
        yield f"{phrase('order'):<9}{known}"
    for event in events:
        detail = json.dumps(event.detail, ensure_ascii=False)[:SHOWN_BYTES]
        yield f"         {event.occurred_at:%Y-%m-%d %H:%M:%S.%f} {event.version} {event.type} {detail}"
    for action in trail:
        result = "" if action.done else f" ({phrase('failed')})"
        deed = f"{action.action}{result}"
        said = phrase("{deed} by {person}: ", deed=deed, person=action.done_by)
        yield f"{phrase('audit'):<9}{action.at:%Y-%m-%d %H:%M:%S} {said}{action.note}"


def text(value: bytes) -> str:
    """The bytes as text if they are UTF-8, otherwise in hexadecimal; at most the first SHOWN_BYTES."""
    more = "…" if len(value) > SHOWN_BYTES else ""
    begin = value[:SHOWN_BYTES]
    try:
        # The cut may be within a character.
        decoded = begin.decode("utf-8", "ignore" if more else "strict")
    except UnicodeDecodeError:
        return f"({phrase('not text')}) {begin.hex(' ', 4)}{more}"
    # The bytes are from an untrusted client: no control character of theirs reaches the terminal.
    return "".join(each if each.isprintable() or each in "\n\t" else f"\\x{ord(each):02x}" for each in decoded) + more
