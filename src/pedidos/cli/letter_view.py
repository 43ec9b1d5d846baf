"""Formats dead letters for the terminal, and as JSON."""

import json
from collections.abc import Iterator, Sequence

from pedidos.storage.dead_letters.letters import Action, DeadLetter, Summary
from pedidos.storage.orders.reading import TimelineEntry

SHOWN_BYTES = 4096
REASON_WIDTH = 100


def line(letter: Summary) -> str:
    """A dead letter as one line of a list."""
    about = f"order {letter.order_id}" if letter.order_id else letter.origin
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


def whole(letter: DeadLetter, events: Sequence[TimelineEntry], trail: Sequence[Action]) -> Iterator[str]:
    """All fields of a dead letter, as lines. events: the timeline of its order. trail: what was done about it."""
    yield f"letter   {letter.id}"
    yield f"status   {letter.status}"
    yield f"source   {letter.source}"
    yield f"origin   {letter.origin}"
    yield f"written  {letter.created_at:%Y-%m-%d %H:%M:%S %Z}"
    yield f"reason   {letter.reason}"
    if letter.key is not None:
        yield f"key      {text(letter.key)}"
    for name, value in letter.headers:
        yield f"header   {name}: {text(value)}"
    if letter.payload:
        size = f"{len(letter.payload)} bytes{', cut' if letter.cut else ''}"
        yield f"payload  {size}"
        yield f"         {text(letter.payload)}"
    if letter.order_id is not None:
        yield f"order    {letter.order_id}{'' if events else ', which does not exist'}"
    for event in events:
        detail = json.dumps(event.detail, ensure_ascii=False)[:SHOWN_BYTES]
        yield f"         {event.occurred_at:%Y-%m-%d %H:%M:%S.%f} {event.version} {event.type} {detail}"
    for action in trail:
        result = "" if action.done else " (failed)"
        yield f"audit    {action.at:%Y-%m-%d %H:%M:%S} {action.action}{result} by {action.done_by}: {action.note}"


def text(value: bytes) -> str:
    """The bytes as text if they are UTF-8, otherwise in hexadecimal; at most the first SHOWN_BYTES."""
    more = "…" if len(value) > SHOWN_BYTES else ""
    begin = value[:SHOWN_BYTES]
    try:
        # The cut may be within a character.
        decoded = begin.decode("utf-8", "ignore" if more else "strict")
    except UnicodeDecodeError:
        return f"(not text) {begin.hex(' ', 4)}{more}"
    # The bytes are from an untrusted client: no control character of theirs reaches the terminal.
    return "".join(each if each.isprintable() or each in "\n\t" else f"\\x{ord(each):02x}" for each in decoded) + more
