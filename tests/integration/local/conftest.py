"""A platform of small programs for each test, and ports of its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.local.platforms import Platform, supervised
from tests.support.ports import PortBlock


@pytest.fixture
def port_base() -> Iterator[int]:
    """The first of the ports of a platform."""
    with closing(PortBlock()) as block:
        yield block.base


@pytest.fixture
def platform(tmp_path: Path, port_base: int) -> Iterator[Platform]:
    with supervised(tmp_path, port_base) as made:
        yield made
