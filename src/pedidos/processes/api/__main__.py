"""Serves the API with Granian: python -m pedidos.processes.api."""

from pedidos.processes.api.serve import serve
from pedidos.processes.entry import begin
from pedidos.settings.processes import ApiSettings


def main() -> None:
    serve(begin(ApiSettings, "api"))


if __name__ == "__main__":
    main()
