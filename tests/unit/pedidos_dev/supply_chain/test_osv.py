"""A snapshot is made of the answers of a service that has the API of osv.dev."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from packageurl import PackageURL

from pedidos_dev.supply_chain import osv
from pedidos_dev.supply_chain.components import Component, Kind

LIBRARIES = [Component(Kind.LIBRARY, PackageURL("pypi", None, f"p{n}", "1"), ("locks/dev.txt",)) for n in range(5)]
IMAGE = Component(Kind.IMAGE, PackageURL("docker", None, "postgres", "18"), ("compose.yaml",))
KNOWN = {"pkg:pypi/p1@1": ["GHSA-a", "GHSA-b"], "pkg:pypi/p4@1": ["GHSA-b"]}


class Service(BaseHTTPRequestHandler):
    """Gives one advisory a page."""

    asked: list[int]

    def do_POST(self) -> None:  # the name is the library's
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.asked.append(len(queries))
        results = []
        for query in queries:
            page = int(query.get("page_token", 0))
            known = KNOWN.get(query["package"]["purl"], [])
            result: dict[str, Any] = {"vulns": [{"id": each} for each in known[page : page + 1]]} if known else {}
            if page + 1 < len(known):
                result["next_page_token"] = str(page + 1)
            results.append(result)
        self._answer({"results": results})

    def do_GET(self) -> None:
        self._answer({"id": self.path.rpartition("/")[2], "summary": "It leaks."})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    Service.asked = []
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_page_of_every_component(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv, "AT_ONCE", 3)
    taken = osv.take([*LIBRARIES, IMAGE], service)
    assert Service.asked == [3, 1, 2]
    assert taken.covered == {each.name: KNOWN.get(each.name, []) for each in LIBRARIES}
    assert {name: advisory["summary"] for name, advisory in taken.advisories.items()} == {
        "GHSA-a": "It leaks.",
        "GHSA-b": "It leaks.",
    }


def test_a_service_that_is_away(service: str) -> None:
    with pytest.raises(OSError, match="refused"):
        osv.take(LIBRARIES, "http://127.0.0.1:1")
    assert service
