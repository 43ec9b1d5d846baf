"""Serves the API with Granian: python -m pedidos.processes.api."""

from pedidos.processes.api.serve import serve
from pedidos.settings import Settings


def main() -> None:
    serve(Settings.load())


if __name__ == "__main__":
    main()
