"""The platform of a drill: supervised by the drill's process, with proxies on its connections."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from pedidos import crash_points
from pedidos_drills.clock import Clock, NoClock, settable
from pedidos_drills.proxy import Proxy
from pedidos_local import credentials, environment, ports, records
from pedidos_local.layout import Layout
from pedidos_local.plan import make_plan
from pedidos_local.processes import module_of
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor import Kind, Supervisor
from pedidos_local.supervisor_events import Journal

COLLECTOR = 65
"""Offset of the port of a collector of traces, which a drill may run."""
COLLECTOR_URL = "http://127.0.0.1:4318"
"""Its address in a drill's `changes`, where the ports are not known yet."""

PROXIES = {
    "api-database": (60, ports.POSTGRES),
    "database": (61, ports.POSTGRES),
    "broker": (62, ports.VALKEY),
    "gateway": (63, ports.GATEWAY),
    "collector": (64, COLLECTOR),
}
"""For each proxy the offset of its port from port_base, and that of the server behind it. The api has its own
connection."""

IMPATIENT = {
    "stalled_after_seconds": 3.0,
    "watchdog_seconds": 1.0,
    "charge_lease_seconds": 4.0,
    "relay_lease_seconds": 4.0,
    "payment_deadline_seconds": 60.0,
    "sign_in_limit": "10000 per minute",
    "access_token_seconds": 24 * 3600,
    "orders_per_minute": 1_000_000,
    "unpaid_orders": 1_000_000,
    "unpaid_units": 1_000_000,
    "order_mails_per_hour": 1_000_000,
    "mailbox_most": 1_000_000,
    "mail_lease_seconds": 25.0,
    "acceptance_seconds": 0,
}
"""Shorter waits than on a normal platform, because a drill waits for them, and no limits for its few customers, who
order as much as thousands. No merchant accepts orders; merchant-asleep alone has a limit for that."""

OURS = frozenset({"api", "live", "web", "relay", "bridge", "notifier", "worker", "scheduler", "gateway"})


class DrillPlatform:
    """Use as an async context manager: the platform runs inside.

    changes: settings of this platform. without: a safeguard that is switched off in its processes. sets_clock: whether
    its clock can be set.
    """

    def __init__(
        self,
        folder: Path,
        port_base: int,
        changes: Mapping[str, Any] | None = None,
        without: str | None = None,
        *,
        sets_clock: bool = False,
    ) -> None:
        changes = {**IMPATIENT, **(changes or {})}
        brokers = changes.get("kafka_brokers", 1)
        local = LocalSettings(state_dir=folder, port_base=port_base, kafka_brokers=brokers)
        self.layout = Layout.of(local)
        self.layout.make()
        # A drill does what no process may, as the superuser.
        self.credentials = replace(credentials.ensure(self.layout.secrets_file), superuser=secrets.token_urlsafe(18))
        if changes.get("order_mails"):
            changes |= environment.postbox_addresses(local, self.credentials)
        self.settings = environment.all_local(local, self.credentials, changes)
        self.crash_folder = self.layout.state_dir / "crash"
        self.journal = Journal()
        self.proxies = {
            name: Proxy(port_base + offset, port_base + target) for name, (offset, target) in PROXIES.items()
        }
        self.clock: Clock | NoClock = NoClock("this platform's clock cannot be set")
        self._sets_clock = sets_clock
        self._resources = ExitStack()
        self._without = without
        self._supervisor: Supervisor | None = None

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("the stage is not open")
        return self._supervisor

    async def __aenter__(self) -> "DrillPlatform":
        if self._sets_clock:
            await asyncio.to_thread(self._take_clock)
        environment.write_env_file(self.settings)
        self.crash_folder.mkdir(exist_ok=True)
        await asyncio.to_thread(lambda: list(records.end_leftovers(self.layout.run, self.layout.state_dir)))
        kinds = await asyncio.to_thread(make_plan, self.settings, self.credentials, ())
        for proxy in self.proxies.values():
            await proxy.open()
        self._supervisor = Supervisor([self._adapted(kind) for kind in kinds], self.layout, self.journal)
        try:
            await self._supervisor.start()
        except BaseException:
            await self._close()
            # A preparation in a thread must not write to a folder that is about to be removed.
            await asyncio.get_running_loop().shutdown_default_executor()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await self.supervisor.stop()
        for proxy in self.proxies.values():
            await proxy.close()
        self._resources.close()
        self.journal.close()

    def pid(self, name: str) -> int | None:
        """The process id of a program, None while it does not run."""
        for facts in self.supervisor.facts():
            if facts["name"] == name:
                pid = facts["pid"]
                return pid if isinstance(pid, int) else None
        raise LookupError(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL, *, children: bool = True) -> bool:
        """Sends a signal to a program and, by default, to all its child processes. False if it does not run."""
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            process = psutil.Process(pid)
            victims = [process, *(process.children(recursive=True) if children else [])]
        except psutil.NoSuchProcess:
            return False
        for victim in victims:
            try:
                victim.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        return True

    def kill_child(self, name: str, which: int) -> bool:
        """Kills one child process of a program, chosen by a number. False if it has none."""
        pid = self.pid(name)
        children = [] if pid is None else psutil.Process(pid).children()
        if not children:
            return False
        os.kill(children[which % len(children)].pid, signal.SIGKILL)
        return True

    def command(self, *words: str) -> list[str]:
        """One of the product's commands, without the given safeguard like the processes."""
        mutant = [] if self._without is None else ["pedidos_drills.run_mutant", self._without]
        return [sys.executable, "-m", *mutant, "pedidos", *words]

    def arm(self, point: str) -> None:
        """Makes the next process that reaches this crash point die there."""
        crash_points.arm(self.crash_folder, point)

    def armed(self, point: str) -> bool:
        return crash_points.armed(self.crash_folder, point)

    def disarm(self, point: str) -> None:
        crash_points.disarm(self.crash_folder, point)

    def _take_clock(self) -> None:
        try:
            self.clock = self._resources.enter_context(settable())
        except NoClock as why:
            self.clock = why

    def _adapted(self, kind: Kind) -> Kind:
        if kind.name in OURS:
            return replace(kind, make=lambda number: self._timed(self._wired(kind.make(number))))
        return replace(kind, make=lambda number: self._timed(kind.make(number)))

    def _timed(self, program: Program) -> Program:
        """The program with this platform's clock."""
        if isinstance(self.clock, NoClock):
            return program
        return replace(program, env=program.env | self.clock.env)

    def _wired(self, program: Program) -> Program:
        """The program with its connections through the proxies, its crash points, and without the given safeguard."""
        base = self.layout.port_base
        database = "api-database" if program.kind == "api" else "database"
        wires = {
            "PEDIDOS_DATABASE_URL": (base + ports.POSTGRES, self.proxies[database].port),
            "PEDIDOS_BROKER_URL": (base + ports.VALKEY, self.proxies["broker"].port),
            "PEDIDOS_GATEWAY_URL": (base + ports.GATEWAY, self.proxies["gateway"].port),
        }
        env = dict(program.env)
        for name, (real, proxied) in wires.items():
            env[name] = env[name].replace(f":{real}", f":{proxied}")
        if env.get("PEDIDOS_OTLP_URL", "").startswith(COLLECTOR_URL):
            env["PEDIDOS_OTLP_URL"] = f"http://{ports.LOOPBACK}:{self.proxies['collector'].port}"
        env[crash_points.FOLDER_VARIABLE] = str(self.crash_folder)
        command = list(program.command)
        if self._without is not None:
            command = [
                sys.executable,
                "-m",
                "pedidos_drills.run_mutant",
                self._without,
                module_of(program.kind),
            ]
        return replace(program, env=env, command=command)
