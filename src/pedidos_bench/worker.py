"""The platform's worker with the in-process gateway: python -m pedidos_bench.worker [MILLISECONDS per charge]."""

import sys
from typing import cast

from pedidos.payments.port import PaymentProvider
from pedidos.processes.entry import begin
from pedidos.processes.worker.command import run
from pedidos.settings.processes import WorkerSettings
from pedidos.storage.engine import make_engine
from pedidos.wiring.worker import worker_app
from pedidos_bench.in_process_gateway import InProcessGateway


def main(wait_seconds: float) -> None:
    """Runs the unchanged worker, except for its gateway."""

    def gateway(settings: WorkerSettings) -> PaymentProvider:
        engine = make_engine(settings, f"{settings.instance} gateway")
        # It has every method that the steps use.
        return cast(PaymentProvider, InProcessGateway(engine, wait_seconds))

    settings = begin(WorkerSettings)
    run(worker_app(settings, gateway), settings)


if __name__ == "__main__":
    main(float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0)
