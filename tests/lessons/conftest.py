"""A platform on which lessons run, and people who look at its pages."""

from collections.abc import Iterator

import pytest

from tests.pages.conftest import browser, launch, person
from tests.support.platform import Platform, platform_in

__all__ = ["browser", "launch", "person"]  # fixtures


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform_in(tmp_path_factory.mktemp("lessons") / "state") as made:
        made.run("up", "-d")
        yield made
