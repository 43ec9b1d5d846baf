"""python -m pedidos.processes.worker: runs the steps until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.processes.worker.command import run
from pedidos.settings.processes import WorkerSettings
from pedidos.wiring.worker import worker_app


def main() -> None:
    settings = begin(WorkerSettings)
    run(worker_app(settings), settings)


if __name__ == "__main__":
    main()
