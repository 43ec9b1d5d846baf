"""Ports for a platform of each test's own."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.ports import PortBlock


@pytest.fixture
def port_base() -> Iterator[int]:
    """The first of the ports of a platform."""
    with closing(PortBlock()) as block:
        yield block.base
