"""python -m pedidos.processes.api: serves the API until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.processes.wsgi_server import serve
from pedidos.settings.processes import ApiSettings


def main() -> None:
    settings = begin(ApiSettings, "api")
    serve("api", settings, settings.api_threads, "pedidos.wiring.api:api_app")


if __name__ == "__main__":
    main()
