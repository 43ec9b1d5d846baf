"""Serves the API with Granian: python -m pedidos.processes.api."""

from pedidos.processes.api.app import create_app
from pedidos.processes.entry import begin
from pedidos.processes.wsgi_server import serve
from pedidos.settings.processes import ApiSettings


def main() -> None:
    settings = begin(ApiSettings, "api")
    serve("api", settings, settings.api_threads, create_app)


if __name__ == "__main__":
    main()
