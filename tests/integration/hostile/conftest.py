"""An api, a live and a gateway process, and the edge before the first two, for everybody to attack."""

import json
import ssl
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from pedidos_local import caddy, certificates, ports
from pedidos_local.settings import LocalSettings
from tests.integration.api.conftest import Served as Api
from tests.integration.api.conftest import serve, world
from tests.integration.gateway.conftest import GatewayProcess
from tests.integration.hostile.raw import Target
from tests.integration.live.conftest import LiveServer, Tokens
from tests.support.servers import Served

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
def api(serve: Callable[..., Api]) -> Api:
    return serve()


@pytest.fixture(scope="package")
def live_server(
    folder: Path, keys_dir: Path, database_url: str, kafka_bootstrap: str
) -> Iterator[Callable[..., LiveServer]]:
    """Starts live processes with settings of their own."""
    assert keys_dir.exists()
    started: list[LiveServer] = []

    def start(**settings: object) -> LiveServer:
        server = LiveServer(folder, database_url, kafka_bootstrap, **settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        if server.child.running:
            server.child.stop()


@pytest.fixture(scope="package")
def live(live_server: Callable[..., LiveServer]) -> LiveServer:
    return live_server()


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    process = GatewayProcess(tmp_path_factory.mktemp("hostile-gateway"))
    process.start()
    yield process
    process.stop()


@dataclass(frozen=True, slots=True)
class Edge:
    """The way in that strangers have."""

    port: int
    authority: Path
    log: Path
    served: Served

    def ask(self, method: str, path: str, token: str | None = None, **request: object) -> requests.Response:
        headers = dict(request.pop("headers", None) or {})  # type: ignore[call-overload]
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(self.authority)
            return session.request(
                method,
                f"https://localhost:{self.port}{path}",
                headers=headers,
                timeout=20,
                **request,  # type: ignore[arg-type]
            )

    def place(self, token: str, body: Mapping[str, object]) -> requests.Response:
        return self.ask("POST", "/v1/orders", token, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def target(self, *protocols: str) -> Target:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.set_alpn_protocols(list(protocols))
        return Target("edge", self.port, context)


Upstreams = Mapping[str, int]
MakeEdge = Callable[[Upstreams], Edge]


@pytest.fixture(scope="package")
def make_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeEdge]:
    """Starts an edge before these ports: api and live."""
    started: list[Served] = []

    def make(upstreams: Upstreams) -> Edge:
        folder = tmp_path_factory.mktemp("edge")
        settings = LocalSettings(state_dir=folder, port_base=_free_port())
        caddy.prepare(settings)
        program = caddy.program(settings)
        # What is in the environment wins over what prepare() wrote.
        elsewhere = {
            f"PEDIDOS_{kind.upper()}_UPSTREAMS": f"{ports.LOOPBACK}:{port}" for kind, port in upstreams.items()
        }
        served = Served(replace(program, env={**program.env, **elsewhere}), folder / "log")
        started.append(served)
        authority = certificates.folder_of(settings) / "ca.pem"
        return Edge(settings.port_base + ports.EDGE, authority, folder / "log", served)

    yield make
    for served in started:
        served.end()


@pytest.fixture(scope="package")
def edge(make_edge: MakeEdge, api: Api, live: LiveServer) -> Edge:
    return make_edge({"api": port_of(api), "live": live.port})


def port_of(api: Api) -> int:
    return int(api.url.rsplit(":", 1)[1])


def log_lines(text: str) -> list[dict[str, object]]:
    """The lines of a log; each must be one JSON object."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


def _free_port() -> int:
    """The edge's."""
    for port in range(22500, 22900):
        if ports.is_free(port):
            return port
    raise AssertionError("no free ports")
