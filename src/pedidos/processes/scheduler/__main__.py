"""python -m pedidos.processes.scheduler: runs the watchdog, the periodic tasks and the desk until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.settings.processes import SchedulerSettings
from pedidos.wiring.scheduler import scheduler_process


def main() -> None:
    with scheduler_process(begin(SchedulerSettings)) as beat:
        beat.run()


if __name__ == "__main__":
    main()
