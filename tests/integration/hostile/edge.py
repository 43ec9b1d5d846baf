"""The edge that hostile clients speak to, and what it and the processes behind it log."""

import json
import ssl
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.integration.hostile.raw import Target
from tests.support.programs import ManagedProgram


@dataclass(frozen=True, slots=True)
class Edge:
    """The way in that strangers have."""

    port: int
    authority: Path
    log: Path
    child: ManagedProgram

    def ask(self, method: str, path: str, token: str | None = None, **request: object) -> requests.Response:
        headers = dict(request.pop("headers", None) or {})  # type: ignore[call-overload]
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(self.authority)
            return session.request(
                method,
                f"https://localhost:{self.port}{path}",
                headers=headers,
                timeout=20,
                **request,  # type: ignore[arg-type]
            )

    def place(self, token: str, body: Mapping[str, object]) -> requests.Response:
        return self.ask("POST", "/v1/orders", token, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def target(self, *protocols: str) -> Target:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.set_alpn_protocols(list(protocols))
        return Target("edge", self.port, context)


Upstreams = Mapping[str, int]
MakeEdge = Callable[[Upstreams], Edge]


def log_lines(text: str) -> list[dict[str, object]]:
    """The lines of a log; each must be one JSON object."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines
