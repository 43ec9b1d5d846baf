"""Ports: who holds one that is taken is told."""

import os
import socket

import pytest

from pedidos_local import ports
from pedidos_local.settings import LocalSettings


def test_a_taken_port_is_reported_with_its_holder() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(ports.PortTaken) as caught:
            ports.check({"edge": taken})
    assert f"Port {taken} (edge) is taken by pid {os.getpid()}: " in str(caught.value)
    assert "PEDIDOS_PORT_BASE" in str(caught.value)


def test_a_port_that_was_closed_is_free_at_once() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((ports.LOOPBACK, port)):
            server.accept()[0].close()
    ports.check({"edge": port})


def test_instances_have_ports_of_their_own() -> None:
    settings = LocalSettings(port_base=8400)
    assert ports.of_instance(settings, "api", 1) == 8410
    assert ports.of_instance(settings, "live", 20) == 8449
    assert ports.of_instance(settings, "web", 1) == 8450
    with pytest.raises(ValueError, match="api-21"):
        ports.of_instance(settings, "api", 21)
    with pytest.raises(ValueError, match="web-11"):
        ports.of_instance(settings, "web", 11)
    assert ports.of_instances(settings, "web") == list(range(8450, 8460))
