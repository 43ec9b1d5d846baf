"""The Caddyfile with the variables of one machine, of containers and of a cluster, as Caddy itself reads it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.checkout import ROOT

CADDY = Path(sys.executable).with_name("caddy")
CLUSTER = {
    "PEDIDOS_EDGE_INSTANCES": "named",
    "PEDIDOS_EDGE_PREFIX": "shop-pedidos-",
    "PEDIDOS_EDGE_ADDRESS": "https://shop.example.org:8443",
    "PEDIDOS_EDGE_TLS": "/certificates/tls.crt /certificates/tls.key",
    "PEDIDOS_EDGE_SHUTDOWN_DELAY": "10s",
    "PEDIDOS_EDGE_TRUSTED_PROXIES": "10.0.0.0/8 fd00::/8",
}


def adapted(**variables: str) -> dict[str, Any]:
    """The configuration of Caddy's HTTP."""
    done = subprocess.run(
        [CADDY, "adapt", "--config", ROOT / "deploy" / "caddy" / "Caddyfile", "--adapter", "caddyfile"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)["apps"]["http"]
    return found


def proxies(found: Any) -> list[dict[str, Any]]:
    """Every reverse proxy in a configuration."""
    members = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    own = [found] if isinstance(found, dict) and found.get("handler") == "reverse_proxy" else []
    return [*own, *(proxy for member in members for proxy in proxies(member))]


def test_by_default_no_proxy_is_trusted_and_a_stop_does_not_wait() -> None:
    http = adapted()
    (server,) = http["servers"].values()
    assert not server["trusted_proxies"].get("ranges")
    assert not http.get("shutdown_delay")


def test_in_containers_the_instances_have_the_names_of_the_services() -> None:
    names = {proxy["dynamic_upstreams"]["name"] for proxy in proxies(adapted(PEDIDOS_EDGE_INSTANCES="named"))}
    assert names == {"api", "live", "web"}


def test_on_a_cluster_they_have_those_of_the_release() -> None:
    http = adapted(**CLUSTER)
    (server,) = http["servers"].values()
    names = {proxy["dynamic_upstreams"]["name"] for proxy in proxies(http)}
    assert names == {"shop-pedidos-api", "shop-pedidos-live", "shop-pedidos-web"}
    assert server["listen"] == ["0.0.0.0:8443"]
    assert server["trusted_proxies"]["ranges"] == ["10.0.0.0/8", "fd00::/8"]
    assert server["trusted_proxies_strict"]
    assert http["shutdown_delay"] == 10_000_000_000


def test_an_instance_is_told_one_address_of_the_client() -> None:
    """What a client writes there itself is gone: the address is that of its connection, or a trusted proxy's word."""
    for proxy in proxies(adapted()):
        assert proxy["headers"]["request"]["set"]["X-Forwarded-For"] == ["{http.vars.client_ip}"]


def test_an_edge_that_ends_says_so_to_its_clients() -> None:
    (server,) = adapted()["servers"].values()
    first = server["routes"][0]["handle"][0]["routes"][0]
    assert first["match"] == [{"vars": {"{http.shutting_down}": ["true"]}}]
    assert first["handle"] == [{"handler": "headers", "response": {"set": {"Connection": ["close"]}}}]
