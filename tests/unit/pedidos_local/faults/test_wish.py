"""What may be asked for: bounded, of known kinds, and refused with one clear sentence otherwise."""

from typing import Any

import pytest

from pedidos_local.faults.wish import Act, Wish, check_kind, kinds_of, parsed
from pedidos_local.supervisor import Refused

ASKED = {"act": "halt", "target": "worker", "seconds": 18, "owner": "a page", "by": "operator 1"}


def test_a_wish_has_an_owner_and_an_end() -> None:
    assert parsed(ASKED) == Wish(Act.HALT, "worker", 18.0, "a page", "operator 1")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"act": "burn"}, "An act is one of: kill, pause, halt, scale, gateway."),
        ({"seconds": 0}, "seconds is a number of seconds, at most 300."),
        ({"seconds": 301}, "seconds is a number of seconds, at most 300."),
        ({"seconds": True}, "seconds is a number of seconds, at most 300."),
        ({"seconds": float("nan")}, "seconds is a number of seconds, at most 300."),
        ({"lease": 61}, "lease is a number of seconds, at most 60."),
        ({"owner": ""}, "owner is a text of 1 to 200 characters."),
        ({"by": None}, "by is a text of 1 to 200 characters."),
        ({"target": "w" * 201}, "target is a text of 1 to 200 characters."),
        ({"detail": []}, "The detail of a fault is an object."),
        ({"detail": {"count": 1}}, "The detail of halt is empty."),
        ({"act": "scale"}, "The detail of scale is a count."),
        ({"act": "scale", "detail": {"count": 7}}, "There can be 0 to 6 of a kind."),
        ({"act": "scale", "detail": {"count": -1}}, "There can be 0 to 6 of a kind."),
        ({"act": "gateway", "detail": {"latency_ms": -1}}, "latency_ms must be a number from 0 to 60000"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        parsed(ASKED | changed)


def test_what_is_under_the_pages_is_back_at_once() -> None:
    for kind in ("postgres", "web", "edge"):
        check_kind(Act.KILL, kind)
        for act in (Act.PAUSE, Act.HALT, Act.SCALE):
            with pytest.raises(Refused, match=f"{kind}: {act} is not possible"):
                check_kind(act, kind)


def test_every_act_is_possible_with_something() -> None:
    assert all(kinds_of(act) for act in Act)
