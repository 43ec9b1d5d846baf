"""An api, a live, a web and a gateway process, and the edge before the first three, for everybody to attack."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from pedidos_local import caddy, certificates, ports
from pedidos_local.settings import LocalSettings
from tests.integration.api.conftest import serve, world
from tests.integration.hostile.edge import Edge, MakeEdge, Upstreams
from tests.support.api import EDGE_KEY, Api, Serve
from tests.support.ports import PortBlock
from tests.support.processes import (
    GatewayProcess,
    LiveFactory,
    LiveProcess,
    ServingProcess,
    Tokens,
    gateway_in,
    live_factory,
)
from tests.support.programs import running

__all__ = ["serve", "world"]  # fixtures


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="package")
def tokens(folder: Path) -> Tokens:
    return Tokens(folder / "keys")


@pytest.fixture(scope="package")
def keys_dir(folder: Path, tokens: Tokens) -> Path:
    """The api's keys are the live process's too."""
    assert tokens is not None  # which makes them
    return folder / "keys"


@pytest.fixture(scope="package")
def api(serve: Serve) -> Api:
    return serve()


@pytest.fixture(scope="package")
def live_server(folder: Path, keys_dir: Path, database_url: str, kafka_bootstrap: str) -> Iterator[LiveFactory]:
    """Starts live processes with settings of their own."""
    assert keys_dir.exists()
    with live_factory(folder, database_url, kafka_bootstrap) as start:
        yield start


@pytest.fixture(scope="package")
def live(live_server: LiveFactory) -> LiveProcess:
    return live_server()


@pytest.fixture(scope="package")
def web(folder: Path, database_url: str) -> Iterator[ServingProcess]:
    process = ServingProcess("web", folder, database_url=database_url)
    process.child.start()
    yield process
    process.child.end()


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with gateway_in(tmp_path_factory.mktemp("hostile-gateway")) as process:
        yield process


@pytest.fixture(scope="package")
def make_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeEdge]:
    """Starts an edge before these ports, by kind of process."""
    with ExitStack() as started:

        def make(upstreams: Upstreams) -> Edge:
            folder = tmp_path_factory.mktemp("edge")
            block = started.enter_context(closing(PortBlock()))
            settings = LocalSettings(state_dir=folder, port_base=block.base)
            caddy.prepare(settings, EDGE_KEY)
            program = caddy.program(settings)
            # What is in the environment wins over what prepare() wrote.
            elsewhere = {
                f"PEDIDOS_{kind.upper()}_UPSTREAMS": f"{ports.LOOPBACK}:{port}" for kind, port in upstreams.items()
            }
            child = started.enter_context(running(replace(program, env={**program.env, **elsewhere}), folder / "log"))
            authority = certificates.folder_of(settings) / "ca.pem"
            return Edge(settings.port_base + ports.EDGE, authority, folder / "log", child)

        yield make


@pytest.fixture(scope="package")
def edge(make_edge: MakeEdge, api: Api, live: LiveProcess, web: ServingProcess) -> Edge:
    return make_edge({"api": api.port, "live": live.port, "web": web.port})
