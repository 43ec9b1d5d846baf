"""Serves the API with Granian: python -m pedidos.processes.api."""

from pedidos.processes.api.serve import serve
from pedidos.settings import Settings
from pedidos.shell import PROCESS, keep_only


def main() -> None:
    keep_only(PROCESS)
    serve(Settings.load())


if __name__ == "__main__":
    main()
