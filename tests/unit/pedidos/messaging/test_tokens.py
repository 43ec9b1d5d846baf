"""Tokens for Kafka: from a file, and from an authorization server."""

import json
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest
from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError

from pedidos.messaging.tokens import FileTokens, ServerTokens, make_tokens
from pedidos.settings.groups.kafka import KafkaSettings
from tests.support.ports import refusing_port
from tests.support.settings import forget_settings


class Server(HTTPServer):
    """Answers with these statuses and bodies, one after the other, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, object]] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append((b64decode(self.headers["Authorization"].split()[1]).decode(), form))
        status, body = self.server.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # as the base class names it
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = Thread(target=made.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


def settings_for(url: str) -> KafkaSettings:
    return KafkaSettings.make(
        kafka_bootstrap="host",
        kafka_token_url=url,
        kafka_user="relay client",
        kafka_password="s%crët",
        kafka_token_scope="kafka",
    )


def test_a_token_is_asked_for_once_until_most_of_its_life_is_over(server: Server) -> None:
    server.answers = [(200, {"access_token": "one", "expires_in": 100}), (200, {"access_token": "two"})]
    now = [0.0]
    tokens = ServerTokens(settings_for(server.url), lambda: now[0])
    assert [tokens.token(), tokens.token()] == ["one", "one"]
    now[0] = 81.0
    assert tokens.token() == "two"
    assert server.asked[0] == (
        "relay+client:s%25cr%C3%ABt",
        {"grant_type": ["client_credentials"], "scope": ["kafka"]},
    )


@pytest.mark.parametrize("answer", [(401, {"error": "invalid_client"}), (200, {"token": "one"}), (200, [])])
def test_a_refusal_is_told_from_a_server_that_is_away(server: Server, answer: tuple[int, object]) -> None:
    server.answers = [answer]
    with pytest.raises(SaslAuthenticationFailedError):
        ServerTokens(settings_for(server.url)).token()


def test_a_server_that_is_away() -> None:
    with refusing_port() as port, pytest.raises(KafkaConnectionError, match=r"no token from 127\.0\.0\.1"):
        ServerTokens(settings_for(f"http://127.0.0.1:{port}/token")).token()


def test_a_token_in_a_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    path = tmp_path / "token"
    path.write_text("one\n")
    monkeypatch.setenv("PEDIDOS_KAFKA_TOKEN_FILE", str(path))
    tokens = make_tokens(KafkaSettings(kafka_bootstrap="host"))
    assert isinstance(tokens, FileTokens)
    assert tokens.token() == "one"
    path.write_text("another\n")
    assert tokens.token() == "another"
