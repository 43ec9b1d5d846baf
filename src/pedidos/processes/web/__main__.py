"""python -m pedidos.processes.web: serves the pages until SIGTERM."""

from pedidos.processes.entry import begin
from pedidos.processes.wsgi_server import serve
from pedidos.settings.processes import WebSettings


def main() -> None:
    settings = begin(WebSettings, "web")
    serve("web", settings, settings.web_threads, "pedidos.wiring.web:web_app", settings.page_streams)


if __name__ == "__main__":
    main()
