"""What answers at the gateway's address is asked for a charge that was never made."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from pedidos.server_checks.examination import examine
from pedidos.server_checks.findings import Away
from pedidos.settings.groups.orders import GatewaySettings
from tests.support.processes import PLATFORM_KEY, GatewayProcess


class Stranger(http.server.BaseHTTPRequestHandler):
    """Says hello to everybody."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html>Hello")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_simulator_is_fit(gateway: GatewayProcess) -> None:
    assert not examine(GatewaySettings(gateway_url=gateway.url, gateway_key=PLATFORM_KEY), "gateway").flaws


def test_without_its_key(gateway: GatewayProcess) -> None:
    (flaw,) = examine(GatewaySettings(gateway_url=gateway.url), "gateway").flaws
    assert str(flaw).endswith("It refuses us (HTTP 401). Set PEDIDOS_GATEWAY_KEY to a key that it gave you.")


def test_another_server(stranger: str) -> None:
    (flaw,) = examine(GatewaySettings(gateway_url=stranger), "gateway").flaws
    assert str(flaw) == (
        "Payment gateway: What answers there is no payment gateway: HTTP 200, '<!doctype html>Hello'."
        " Correct PEDIDOS_GATEWAY_URL."
    )


def test_no_server_listens() -> None:
    with pytest.raises(Away, match="Payment gateway cannot be used now"):
        examine(GatewaySettings(gateway_url="http://127.0.0.1:1"), "gateway")
