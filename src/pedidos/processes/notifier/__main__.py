"""python -m pedidos.processes.notifier: notifies until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.settings.processes import NotifierSettings
from pedidos.wiring.notifier import notifier_process


def main() -> None:
    with notifier_process(begin(NotifierSettings)) as process:
        process.run()


if __name__ == "__main__":
    main()
