"""python -m pedidos.processes.scheduler: runs the watchdog and the periodic tasks until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.settings.processes import SchedulerSettings
from pedidos.wiring.scheduler import scheduler_process


def main() -> None:
    scheduler_process(begin(SchedulerSettings)).run()


if __name__ == "__main__":
    main()
