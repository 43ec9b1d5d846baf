"""Interprets an answer of the gateway, and trusts none of it.

The parts that decide about money (status, key, amount, currency, reference) must follow the contract exactly; otherwise
the outcome is unknown and the gateway is asked again. The reason is a text for people: it is cleaned before it is
stored and shown, and decides nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from pedidos.domain.payment import Answer, Trouble, Verdict
from pedidos.domain.texts import printable

MAX_BYTES = 16 * 1024
"""Maximum size of a body that is read."""

MAX_REFERENCE = 200
MAX_REASON = 200
CURRENCY = "BRL"
"""All money here is Brazilian; an answer with another currency is about something else."""

UNDERSTOOD = (200, 201)
"""Status codes with which the gateway says something about money."""

_TAKEN = frozenset({Verdict.CAPTURED, Verdict.REFUNDED})


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be about, and what each status in it means."""

    key: str
    amount_cents: int
    verdicts: Mapping[str, Verdict]


class _Wrong(ValueError):
    """The answer breaks the contract; the message says how."""


def unknown(reason: str, *, reached: bool = True) -> Answer:
    """An unknown outcome: the gateway has to be asked again."""
    trouble = Trouble.ERRORS if reached else Trouble.AWAY
    return Answer(Verdict.UNKNOWN, reason=printable(reason, MAX_REASON), reached=reached, trouble=trouble)


def understand(status: int, content_type: str, body: bytes, expected: Expected) -> Answer:
    """The answer in an HTTP response; unknown, with the reason, if it does not follow the contract."""
    try:
        said = _object(content_type, body, expected.key)
        if status in UNDERSTOOD:
            return _verdict(said, expected)
        return unknown(f"HTTP {status}: {said.get('title') or said.get('status')}")
    except _Wrong as wrong:
        return unknown(f"HTTP {status}: {wrong}")


def _object(content_type: str, body: bytes, key: str) -> dict[str, Any]:
    if content_type not in ("application/json", "application/problem+json"):
        raise _Wrong(f"not JSON, but {content_type}")
    try:
        said = orjson.loads(body)
        # orjson takes the last of members that have the same name. Each has a colon, and so has our key: they are
        # looked for only where there are more of those.
        if isinstance(said, dict) and body.count(b":") != len(said) + key.count(":"):
            json.loads(body, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, _Wrong) else _Wrong("not JSON") from error
    if not isinstance(said, dict):
        raise _Wrong("not an object")
    return said


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _Wrong("a member is there twice")
    return found


def _verdict(said: Mapping[str, Any], expected: Expected) -> Answer:
    status, key, amount, reference = (said.get(name) for name in ("status", "key", "amount_cents", "reference"))
    if key != expected.key:
        raise _Wrong("it is about another key")
    if said.get("currency", CURRENCY) != CURRENCY:
        raise _Wrong("it is about another currency")
    verdict = expected.verdicts.get(status) if isinstance(status, str) else None
    if verdict is None:
        raise _Wrong(f"the status is {status!r}")
    # A charge that was undone before it was made has no amount.
    if not (type(amount) is int and amount == expected.amount_cents) and not (amount is None and verdict not in _TAKEN):
        raise _Wrong(f"the amount is {amount!r}, not {expected.amount_cents}")
    if not (reference is None and verdict not in _TAKEN) and not _is_reference(reference):
        raise _Wrong("there is no reference that can be kept")
    return Answer(verdict, reference, _reason(said.get("reason")))


def _is_reference(reference: object) -> bool:
    return isinstance(reference, str) and 1 <= len(reference) <= MAX_REFERENCE and reference.isprintable()


def _reason(reason: object) -> str | None:
    if reason is None:
        return None
    return printable(reason, MAX_REASON) if isinstance(reason, str) else "the reason given is no text"
