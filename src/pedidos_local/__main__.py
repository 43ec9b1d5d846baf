"""`python -m pedidos_local FD`: the supervisor. `pedidos up` starts it; it writes to FD when it accepts requests."""

import asyncio
import json
import os
import sys

from pedidos.server_checks import examination
from pedidos.settings.addresses import masked
from pedidos.settings.os_environment import MARK
from pedidos_local import credentials, environment, ports
from pedidos_local.classroom import is_classroom
from pedidos_local.daemon import AlreadyRunning, Daemon, lock, serve, tell_who_i_am
from pedidos_local.faults.gateway import Simulator
from pedidos_local.layout import UMASK, Layout
from pedidos_local.plan import make_plan
from pedidos_local.settings import LocalSettings


def main(report_fd: int) -> int:
    os.umask(UMASK)
    given = LocalSettings.make()
    layout = Layout.of(given)
    layout.make()

    def report(**facts: object) -> None:
        os.write(report_fd, json.dumps(facts).encode() + b"\n")
        os.close(report_fd)

    try:
        held = lock(layout)
        ports.check({"control": layout.port_base + ports.CONTROL})
    except (AlreadyRunning, ports.PortTaken) as problem:
        report(error=str(problem))
        return 1
    tell_who_i_am(layout)
    os.environ[MARK] = str(layout.state_dir)  # so that leftovers of prepare functions are found too
    secrets = credentials.ensure(layout.secrets_file)
    settings = environment.complete(given, secrets)
    environment.write_env_file(environment.of_commands(settings, secrets))
    external = environment.external()
    addresses = {
        examination.kind(settings, server): masked(str(getattr(settings, environment.SERVERS[server])))
        for server in external
    }

    simulator = None if "gateway" in external else Simulator(str(settings.gateway_url), settings.gateway_admin_key)
    # Where others reach the platform, nothing is broken on purpose: there is no socket to ask at.
    classroom = is_classroom(settings)
    socket = layout.classroom_socket if classroom else None

    async def run() -> bool:
        daemon = Daemon(
            layout, lambda: make_plan(settings, secrets, external, classroom=classroom), addresses, simulator
        )
        control_port = layout.port_base + ports.CONTROL
        return await serve(daemon, control_port, secrets.control, lambda: report(listening=True), socket)

    went_well = asyncio.run(run())
    held.close()
    return 0 if went_well else 1


if __name__ == "__main__":
    code = main(int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # a download in a thread must not delay the exit: everything else has ended
