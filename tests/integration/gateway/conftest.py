"""A gateway process of its own for every test module."""

from collections.abc import Iterator

import pytest

from tests.support.processes import GatewayProcess, gateway_in


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with gateway_in(tmp_path_factory.mktemp("gateway")) as process:
        yield process
