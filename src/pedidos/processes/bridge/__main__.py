"""python -m pedidos.processes.bridge: hands orders over until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.settings.processes import BridgeSettings
from pedidos.wiring.bridge import bridge_process


def main() -> None:
    with bridge_process(begin(BridgeSettings)) as process:
        process.run()


if __name__ == "__main__":
    main()
