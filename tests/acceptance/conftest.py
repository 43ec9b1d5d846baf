"""A whole platform, and people who use it over HTTPS."""

from collections.abc import Iterator

import pytest

from tests.support.people import ApiClient
from tests.support.platform import Platform, free_port_base


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One that all tests share which leave it as they found it."""
    made = Platform(tmp_path_factory.mktemp("acceptance") / "state", free_port_base())
    try:
        made.run("up", "-d")
        yield made
    finally:
        made.run("down")


@pytest.fixture(scope="session")
def customer(platform: Platform) -> ApiClient:
    return ApiClient(platform, "customer@pedidos.example")


@pytest.fixture(scope="session")
def other_customer(platform: Platform) -> ApiClient:
    return ApiClient(platform, "customer2@pedidos.example")


@pytest.fixture(scope="session")
def merchant(platform: Platform) -> ApiClient:
    return ApiClient(platform, "merchant@pedidos.example")
