"""A platform whose processes are of two versions. Its servers, its edge and its payment provider are of this one."""

from dataclasses import replace
from pathlib import Path

from pedidos.storage.roles import ProcessKind
from pedidos_dev.release_before.tree import Tree
from pedidos_drills.platform import DrillPlatform
from pedidos_local import processes
from pedidos_local.environment import as_role
from pedidos_local.program import Program
from pedidos_local.supervisor import Kind

SWAPPED = ("relay", "bridge", "notifier", "worker", "scheduler", "live", "api", "web")
"""In the order in which they are replaced; on the way back, the last one first."""

SETUP = ("data", "topics")
MOST = 20


class MixedPlatform(DrillPlatform):
    """Starts as the release before: its schema, its data, its processes.

    of_before: the kinds whose next instance is of the release before.
    """

    def __init__(self, folder: Path, port_base: int, release: Tree) -> None:
        super().__init__(folder, port_base)
        self.of_before: set[str] = {*SETUP, *SWAPPED}
        self._release = release

    def _adapted(self, kind: Kind) -> Kind:
        if kind.name == ProcessKind.SCHEDULER:  # elsewhere there is one; here there are two of it for a while
            settings = as_role(self.settings, ProcessKind.SCHEDULER.role, self.credentials)
            kind = replace(kind, make=lambda number: processes.working(kind.name, f"{kind.name}-{number}", settings))
        adapted = super()._adapted(kind)
        if kind.name in SETUP:
            return replace(adapted, make=lambda number: self._versioned(adapted.make(number)))
        if kind.name in SWAPPED:
            return replace(adapted, make=lambda number: self._versioned(adapted.make(number)), limit=MOST)
        return adapted

    def _versioned(self, program: Program) -> Program:
        """The program, in the version that its kind has now."""
        if program.kind not in self.of_before:
            return program
        command = [str(self._release.python), *program.command[1:]]
        return replace(program, command=command, env=program.env | {"PYTHONPATH": str(self._release.source)})
