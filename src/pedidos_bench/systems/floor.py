"""The floor: not a system, but the parts that every system is built on, each alone."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from pedidos.security.keys import JWKS_FILE, SIGNING_FILE
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner
from pedidos_bench.supervised import Supervised
from pedidos_bench.system import Servers
from pedidos_bench.systems import shop
from pedidos_local import ports
from pedidos_local.environment import python
from pedidos_local.layout import Layout
from pedidos_local.processes import answers
from pedidos_local.program import Program
from pedidos_local.supervisor import Kind

NAME = "floor"
LABEL = "floor: the parts alone"
PORT = 80
"""Offset from port_base."""


@dataclass(frozen=True, slots=True)
class HttpFloor:
    """The HTTP server with nothing behind it."""

    url: str
    tokens: Sequence[str]
    processes: Mapping[str, Sequence[int]]


@contextmanager
def http_served(servers: Servers) -> Iterator[HttpFloor]:
    """The server of floor_api, running."""
    keys_dir = servers.settings.keys_dir
    ensure_keys(keys_dir)
    signer = TokenSigner(keys_dir / SIGNING_FILE, shop.TOKEN_SECONDS)
    port = servers.settings.port_base + PORT
    program = Program(
        name="floor-api",
        kind="api",
        command=[sys.executable, "-m", "pedidos_bench.floor_api", str(port), str(keys_dir / JWKS_FILE)],
        ready=partial(answers, port),
        env=python(),
    )
    with Supervised([Kind("api", 0, lambda _: program)], Layout.of(servers.settings)) as supervised:
        tokens = [signer.sign(uuid4(), "customer", None) for _ in range(shop.CUSTOMERS)]
        yield HttpFloor(f"http://{ports.LOOPBACK}:{port}", tokens, supervised.processes())
