"""A whole platform as `pedidos up` runs it, supervisor and pages included, in a folder and on ports of its own."""

import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pedidos.settings import os_environment
from pedidos.settings.base import variable
from pedidos_bench.cpu import cpu_seconds, memory_mib
from pedidos_bench.servers import PORT_BASES
from pedidos_drills.place import own_place
from pedidos_local import credentials, environment, records
from pedidos_local.cli.supervised import Supervised
from pedidos_local.layout import Layout
from pedidos_local.settings import LocalSettings, PlatformSettings

COMMAND = [sys.executable, "-m", "pedidos_dev"]
"""What ./pedidos runs."""
COMMAND_SECONDS = 600.0
SUPERVISOR = "supervisor"


class NotUp(Exception):
    """The platform did not start or stop. The message contains what the command printed."""


@dataclass(frozen=True, slots=True)
class WholePlatform:
    """layout: its folder and ports. changes: variables of its environment."""

    layout: Layout
    changes: Mapping[str, str]

    @property
    def settings(self) -> PlatformSettings:
        """As the owner of its database. It was started at least once."""
        local = LocalSettings(state_dir=self.layout.state_dir, port_base=self.layout.port_base)
        return environment.all_local(local, credentials.read(self.layout.secrets_file))

    def up(self) -> float:
        """Starts it, and waits until its first order is confirmed, as a person does. Returns the seconds. Raises
        NotUp."""
        began = time.monotonic()
        self._run("up", "-d")
        return time.monotonic() - began

    def down(self) -> None:
        """Stops it, if it runs. Raises NotUp."""
        self._run("down")

    def processes(self) -> dict[str, list[int]]:
        """Kind → process ids of its programs."""
        found: dict[str, list[int]] = defaultdict(list)
        for record in records.read(self.layout.run):
            if record.alive():
                found[re.sub(r"-\d+$", "", record.name)].append(record.pid)
        return dict(found)

    def cpu(self) -> dict[str, float]:
        """CPU seconds by kind so far, with the supervisor's."""
        return self._with_supervisor(cpu_seconds(self._roots()))

    def memory(self) -> dict[str, float]:
        """MiB by kind now, with the supervisor's."""
        return self._with_supervisor(memory_mib(self._roots()))

    def _roots(self) -> dict[str, Sequence[int]]:
        status = Supervised(self.layout).status()
        if status is None:
            raise NotUp("The supervisor does not answer.")
        return {**self.processes(), SUPERVISOR: [int(str(status["pid"]))]}

    @staticmethod
    def _with_supervisor(figures: dict[str, float]) -> dict[str, float]:
        """Every program descends from the supervisor: its own part is the rest."""
        programs = {kind: value for kind, value in figures.items() if kind != SUPERVISOR}
        return {**programs, SUPERVISOR: max(0.0, figures[SUPERVISOR] - sum(programs.values()))}

    def _run(self, *arguments: str) -> None:
        given = environment.python((*os_environment.PROCESS, *os_environment.DOWNLOADS))
        own = {variable("state_dir"): str(self.layout.state_dir), variable("port_base"): str(self.layout.port_base)}
        done = subprocess.run(
            [*COMMAND, *arguments],
            env={**given, **own, **self.changes},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise NotUp(f"pedidos {' '.join(arguments)}:\n{done.stdout.decode(errors='replace')[-2000:]}")


@contextmanager
def whole_platform(**changes: str) -> Iterator[WholePlatform]:
    """A platform that is still to be started. It is down, and its data is removed, when the context ends.

    changes: settings of this platform, as text.
    """
    with own_place("pedidos-bench-", PORT_BASES) as (folder, base):
        layout = Layout.of(LocalSettings(state_dir=folder, port_base=base))
        platform = WholePlatform(layout, {variable(name): value for name, value in changes.items()})
        try:
            yield platform
        finally:
            platform.down()
