"""The watchers read a stream wherever its bytes are cut."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos_bench.watch import NotOpened, Seen, Stream

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = (
    b"retry: 1000\n\n"
    b"id: 7-0\n\n"
    b'id: 7-1\nevent: order.placed\ndata: {"order_id": "a"}\n\n'
    b": heartbeat\nid: 7-2\n\n"
    b'id: 8-1\nevent: order.paid\ndata: {"order_id": "a", "note": "a: b"}\n\n'
    b": heartbeat\n\n"
    b'event: end\ndata: {"reason": "the token has expired"}\n\n'
    b'id: 9-1\nevent: order.confirmed\ndata: {"order_id": "not whole"}'
)
ANSWER = HEAD + b"%x\r\n%s\r\n" % (len(BODY), BODY)


def fed(pieces: list[bytes]) -> tuple[Stream, Seen]:
    async def feed() -> tuple[Stream, Seen]:
        seen = Seen()
        stream = Stream(b"", seen)
        for piece in pieces:
            stream.data_received(piece)
        return stream, seen

    return asyncio.run(feed())


@given(st.lists(st.integers(0, len(ANSWER))))
def test_it_notes_each_event_that_is_whole(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(ANSWER)]
    stream, seen = fed([ANSWER[begin:end] for begin, end in pairwise(ends)])
    assert list(seen.moments) == [("a", "order.placed"), ("a", "order.paid")]
    assert stream.open.done()


def test_an_error_is_no_open_stream() -> None:
    stream, _ = fed([b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"])
    with pytest.raises(NotOpened, match="503"):
        stream.open.result()
