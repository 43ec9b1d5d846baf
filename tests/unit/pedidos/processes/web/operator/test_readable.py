"""Whatever bytes a stranger sends, a person can read them, and they stay text."""

import pytest

from pedidos.processes.web.operator.readable import PRETTY_BYTES, SHOWN_BYTES, readable


def test_json_is_shown_in_lines() -> None:
    found = readable('{"a": [1, "<b>é</b>"]}'.encode())
    assert found == ("json", '{\n  "a": [\n    1,\n    "<b>é</b>"\n  ]\n}', 23, False)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "nothing", ""),
        (b"", "nothing", ""),
        (b"{broken", "text", "{broken"),
        (b"\x1b[2J\x00", "text", "\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b".encode(), "text", "a\N{REPLACEMENT CHARACTER}b"),
        (b"\xff\x00A", "bytes", "000000  ff 00 41                                         ··A"),
        (b"[" * 5000, "text", "[" * 5000),
        (b'"\\ud800"', "text", '"\\ud800"'),
    ],
)
def test_all_else_is_text_or_bytes(value: bytes | None, kind: str, text: str) -> None:
    found = readable(value)
    assert (found.kind, found.text) == (kind, text)
    assert found.size == len(value or b"")


@pytest.mark.parametrize("value", [b"x" * 10**6, "é".encode() * 10**6, b'"' + b"y" * 60_000 + b'"', b"\xff" * 10**6])
def test_a_large_value_is_shortened(value: bytes) -> None:
    found = readable(value)
    assert found.shortened
    assert found.size == len(value)
    assert len(found.text) <= max(SHOWN_BYTES, 80 * 64)
    assert len(value) < PRETTY_BYTES or found.kind != "json"
