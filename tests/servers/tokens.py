"""An authorization server: it gives tokens to clients that know their secret, and publishes its key."""

import json
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "kafka"
SECRET = "s%crët of a client"
KEY_ID = "of-the-tests"


class TokenServer(ThreadingHTTPServer):
    """On a port of this machine. asked: how many tokens it has given. seconds: the life of the next ones."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        self.asked = 0
        self.seconds = 300.0

    @property
    def token_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"

    @property
    def keys_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/keys"

    def token(self, subject: str, seconds: float = 300, audience: str = AUDIENCE) -> str:
        """For a client of this name."""
        now = time.time()
        claims = {"sub": subject, "aud": audience, "iat": int(now), "exp": int(now + seconds), "scope": "kafka"}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def keys(self) -> dict[str, object]:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_GET(self) -> None:
        self._answer(200, self.server.keys())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        basic = b64decode(self.headers["Authorization"].split()[1]).decode()
        client, _, secret = basic.partition(":")
        if unquote_plus(secret) != SECRET or form["grant_type"] != ["client_credentials"]:
            self._answer(401, {"error": "invalid_client"})
            return
        self.server.asked += 1
        token = self.server.token(unquote_plus(client), self.server.seconds)
        self._answer(200, {"access_token": token, "expires_in": self.server.seconds})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # as the base class names it
        """Says nothing."""


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """Inside, it serves."""
    with TokenServer() as server:
        thread = Thread(target=server.serve_forever, name="tokens")
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
