"""Orders are placed and answered while what the api logs can go nowhere."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.api import Serve

ORDERS = 40


@pytest.fixture
def pipe_that_nobody_reads() -> Iterator[int]:
    """The writing end; there is no room in it."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    try:
        while True:
            os.write(writable, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writable, True)
    yield writable
    os.close(readable)
    os.close(writable)


@pytest.fixture
def full_disk() -> Iterator[int]:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    output = os.open("/dev/full", os.O_WRONLY)
    yield output
    os.close(output)


@pytest.fixture
def pipe_without_a_reader() -> Iterator[int]:
    readable, writable = os.pipe()
    os.close(readable)
    yield writable
    os.close(writable)


@pytest.mark.parametrize("output", ["pipe_that_nobody_reads", "full_disk", "pipe_without_a_reader"])
def test_every_order_is_answered(serve: Serve, output: str, request: pytest.FixtureRequest) -> None:
    api = serve(output=request.getfixturevalue(output))
    api.token("customer")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.place().status_code, range(ORDERS)))
    assert answers == [202] * ORDERS
    assert api.ask("GET", "/v1/orders/none", who="customer").status_code == 404
