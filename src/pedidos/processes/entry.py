"""The beginning of every process."""

import sys
from typing import TypeVar

from pedidos.errors import Misconfigured
from pedidos.logs.configure import configure
from pedidos.settings.groups.process import ProcessSettings
from pedidos.settings.os_environment import PROCESS, keep_only

S = TypeVar("S", bound=ProcessSettings)


def begin(kind: type[S], name: str | None = None) -> S:
    """Clears the environment, reads the settings and configures the logs, whose lines carry the name or the instance.

    A process without required settings ends here with status 2, and lists them on standard error.
    """
    keep_only(PROCESS)
    try:
        settings = kind.load()
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    configure(settings, name or settings.instance)
    return settings
