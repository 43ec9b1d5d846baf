"""A benchmark run: every system and every measurement in turn, round by round, on the same servers."""

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from pedidos_bench import catalogue, describe
from pedidos_bench.measures import floor
from pedidos_bench.measures.started import audited, settle, warm_up
from pedidos_bench.results import Report, Run
from pedidos_bench.servers import running
from pedidos_bench.session import Session
from pedidos_bench.sizes import Sizes
from pedidos_bench.system import Servers, System
from pedidos_bench.systems import floor as floor_system

Say = Callable[[str], None]
Keep = Callable[[Report], None]


class Benchmark:
    """say gets progress messages; keep gets the unfinished report after each step."""

    def __init__(self, sizes: Sizes, measures: Sequence[str], systems: Sequence[System], say: Say, keep: Keep) -> None:
        self._sizes = sizes
        self._measures = measures
        self._systems = systems
        self._say = say
        self._keep = keep
        self._runs: list[Run] = []
        self._skipped: dict[str, str] = {}
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._machine = describe.machine()
        self._versions = describe.versions()

    def run(self) -> None:
        """Runs everything. A part that cannot run or fails is left out from then on, and named in the report."""
        compared = [name for name in self._measures if name in catalogue.COMPARED]
        for system in self._systems if compared else ():
            self._say(f"{system.name}: what it needs is checked, and created if possible")
            missing = system.missing()
            if missing is not None:
                self._skip(system.name, missing)
        with running() as servers:
            for number in range(1, self._sizes.rounds + 1):
                self._say(f"round {number} of {self._sizes.rounds}")
                for system in self._systems if compared else ():
                    self._attempt(system.name, compared_runs(servers, system, compared, self._sizes))
                if "floor" in self._measures:
                    amounts = (self._sizes.floor_requests, self._sizes.floor_orders)
                    self._attempt(floor_system.NAME, floor.measure(servers, *amounts))
                for name in self._measures:
                    if name in catalogue.OURS:
                        self._attempt(name, catalogue.OURS[name](servers, self._sizes))

    def report(self) -> Report:
        """The report so far."""
        labels = {system.name: system.label for system in catalogue.systems()} | {floor_system.NAME: floor_system.LABEL}
        shown = {run.system for run in self._runs}
        return Report(
            began_at=self._began_at,
            seconds=time.monotonic() - self._began,
            scale=self._sizes.name,
            machine=self._machine,
            versions=self._versions,
            systems={name: label for name, label in labels.items() if name in shown},
            skipped=dict(self._skipped),
            runs=list(self._runs),
        )

    def _attempt(self, name: str, runs: Iterator[Run]) -> None:
        """Collects the runs. A failure ends only this measurement: the results of the others are not lost."""
        if name in self._skipped:
            return
        try:
            for run in runs:
                self._runs.append(run)
                self._say(in_a_line(run))
                self._keep(self.report())
        except Exception as error:  # noqa: BLE001  # see above; it is told, and stands in the report
            self._say("".join(traceback.format_exception(error)))
            self._skip(name, f"it failed: {type(error).__name__}: {error}")

    def _skip(self, name: str, why: str) -> None:
        self._skipped[name] = why
        self._say(f"{name} is left out: {why}")
        self._keep(self.report())


def compared_runs(servers: Servers, system: System, measures: Sequence[str], sizes: Sizes) -> Iterator[Run]:
    """Starts one system for all of these measurements, and audits it afterwards."""
    settle(servers)
    with system.started(servers) as target:
        session = Session(system.name, target, servers)
        orders = sizes.orders(warm_up(session, sizes.warm_up_orders))
        runs = [catalogue.COMPARED[name](session, sizes, orders) for name in measures]
        yield from audited(session, runs)


def in_a_line(run: Run) -> str:
    """A run as one line for the terminal."""
    told = ", ".join(f"{name} {value:,.4g}" for name, value in list(run.figures.items())[:6])
    wrong = f" — INCORRECT: {'; '.join(run.findings[:3])}" if run.findings else ""
    return f"{run.measure} {run.system} {run.setting}: {told}{wrong}"
