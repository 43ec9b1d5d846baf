"""Hypothesis without time limits: a slow machine is not a wrong result. A run that is told to end tidies up."""

import os

from hypothesis import HealthCheck, settings

from pedidos.cli.ending import Ending

os.environ["LC_ALL"] = "C.UTF-8"  # commands speak English, whatever the language of who runs the tests

settings.register_profile("pedidos", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pedidos")


def pytest_configure() -> None:
    """SIGTERM ends the run as Ctrl-C does: fixtures end what they have started."""
    Ending().listen()
