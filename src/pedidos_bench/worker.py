"""The platform's worker with the in-process gateway: python -m pedidos_bench.worker [MILLISECONDS per charge]."""

import sys

from pedidos.processes import worker
from pedidos.settings.processes import WorkerSettings
from pedidos.storage.engine import make_engine
from pedidos_bench.in_process_gateway import InProcessGateway


def main(wait_seconds: float) -> None:
    """Runs the unchanged worker, except for the gateway that its make_gateway returns."""

    def make_gateway(settings: WorkerSettings) -> InProcessGateway:
        return InProcessGateway(make_engine(settings, f"{settings.instance} gateway"), wait_seconds)

    # This gateway has every method that the steps use.
    setattr(worker, "make_gateway", make_gateway)  # noqa: B010  # its type is that of the real gateway
    worker.main()


if __name__ == "__main__":
    main(float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0)
