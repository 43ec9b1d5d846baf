"""A Prometheus that scrapes a platform once a second, with the rules of the alerts."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pedidos_local import ports
from pedidos_local.monitoring import server
from pedidos_local.monitoring.client import Prometheus
from pedidos_local.settings import LocalSettings
from tests.support.platform import Platform
from tests.support.promtool import MISSING, program
from tests.support.waiting import until

END_SECONDS = 20


@contextmanager
def prometheus_at(platform: Platform, speed: float) -> Iterator[Prometheus]:
    """Scrapes the platform, which runs. speed: by how much the windows and waits of its rules are shorter. Skips the
    test if there is no Prometheus."""
    if program("prometheus") is None:
        pytest.skip(MISSING)
    settings = LocalSettings(state_dir=platform.state_dir, port_base=platform.port_base)
    server.prepare(settings, "", server.scrapes_each_second(), speed)
    made = server.program(settings)
    process = subprocess.Popen(made.command, cwd=made.cwd, stderr=subprocess.DEVNULL)
    try:
        until(made.ready, "Prometheus to answer")
        yield Prometheus(ports.LOOPBACK, platform.port_base + ports.PROMETHEUS)
    finally:
        process.terminate()
        process.wait(END_SECONDS)
