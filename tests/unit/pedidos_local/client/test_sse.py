"""The parser of server-sent events, with the examples of the standard and any cut between bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pedidos_local.client.sse import Message, Parser

STREAM = (
    "retry: 1500\n\n"
    ": a comment\n\n"
    "id: 7-1\nevent: order.placed\ndata: {}\n\n"
    "data: first\ndata:second\r\n\r\n"
    "id\ndata\n\n"
    "event: nothing\n\n"
    "id: 7-2\nevent: end\ndata: ção\n\n"
).encode()

MESSAGES = [
    Message("7-1", "order.placed", "{}"),
    Message("7-1", "message", "first\nsecond"),
    Message("", "message", ""),
    Message("7-2", "end", "ção"),
]


def test_reads_what_the_standard_says() -> None:
    parser = Parser()
    assert list(parser.feed(STREAM)) == MESSAGES
    assert parser.retry_seconds == 1.5
    assert parser.last_id == "7-2"


@given(st.lists(st.integers(0, len(STREAM))))
def test_however_the_bytes_are_cut(cuts: list[int]) -> None:
    parser = Parser()
    ends = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(ends)]
    assert [message for piece in pieces for message in parser.feed(piece)] == MESSAGES


def test_what_was_not_finished_is_not_a_message() -> None:
    parser = Parser("3-1")
    assert list(parser.feed(b"data: half")) == []
    assert parser.last_id == "3-1"


def test_an_id_counts_once_its_block_is_whole() -> None:
    parser = Parser("3-1")
    assert list(parser.feed(b"id: 4-1\nevent: order.paid\ndata: {}\n")) == []
    assert parser.last_id == "3-1"
    assert list(parser.feed(b"\n")) == [Message("4-1", "order.paid", "{}")]
    assert list(parser.feed(b"id: 5-0\n\n")) == []
    assert parser.last_id == "5-0"
