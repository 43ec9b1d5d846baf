"""There is a limit on the streams of pages, and all of them end with the process."""

import pytest

from pedidos.http import problems
from pedidos.processes.web.feeds.open_streams import OpenStreams


def test_a_place_that_was_given_back_can_be_taken_again() -> None:
    streams = OpenStreams(2)
    streams.take()
    streams.take()
    with pytest.raises(problems.Unavailable):
        streams.take()
    streams.give_back()
    streams.take()
    assert len(streams) == 2


def test_at_the_end_no_stream_begins_and_none_waits() -> None:
    streams = OpenStreams(2)
    streams.end()
    streams.wait(3600)
    assert streams.ended
    with pytest.raises(problems.Unavailable):
        streams.take()
