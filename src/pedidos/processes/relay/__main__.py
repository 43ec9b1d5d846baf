"""python -m pedidos.processes.relay: publishes the event log until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.processes.running import freeze_gc
from pedidos.settings.processes import RelaySettings
from pedidos.wiring.relay import relay_process


def main() -> None:
    with relay_process(begin(RelaySettings)) as relay:
        freeze_gc()
        relay.run()


if __name__ == "__main__":
    main()
