"""A whole platform, and people who use it over HTTPS."""

from collections.abc import Iterator

import pytest

from tests.support.client import Client
from tests.support.demo import CUSTOMER, MERCHANT, OTHER_CUSTOMER
from tests.support.platform import Platform, platform_in


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One that all tests share which leave it as they found it."""
    with platform_in(tmp_path_factory.mktemp("acceptance") / "state") as made:
        made.run("up", "-d")
        yield made


@pytest.fixture(scope="session")
def customer(platform: Platform) -> Client:
    return platform.client(CUSTOMER)


@pytest.fixture(scope="session")
def other_customer(platform: Platform) -> Client:
    return platform.client(OTHER_CUSTOMER)


@pytest.fixture(scope="session")
def merchant(platform: Platform) -> Client:
    return platform.client(MERCHANT)
