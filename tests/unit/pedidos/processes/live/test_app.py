"""A stream that is being opened: its token can be revoked meanwhile."""

from pathlib import Path
from uuid import UUID

from starlette.testclient import TestClient

from pedidos.http.authentication import Authenticator
from pedidos.processes.live.app import Live, make_app
from pedidos.processes.live.connection import Connections, StreamLimits
from pedidos.processes.live.database import Database
from pedidos.processes.live.hub import Hub
from pedidos.processes.live.streams import Streams
from pedidos.security.keys import JWKS_FILE, SIGNING_FILE
from pedidos.security.rotation import ensure_keys
from pedidos.security.tokens import TokenSigner, TokenVerifier
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import make_engine


def test_one_that_is_revoked_after_it_was_checked_does_not_open(tmp_path: Path) -> None:
    """An operator's stream waits between the two, for an entry of the audit log, and nothing would end it."""
    ensure_keys(tmp_path)
    checks = iter([False, True])
    authenticator = Authenticator(TokenVerifier(tmp_path / JWKS_FILE), lambda _: next(checks))
    nowhere = DatabaseSettings(database_url="postgresql://nobody@127.0.0.1:1/nowhere", database_timeout_seconds=0.1)
    database = Database(make_engine(nowhere, "test"), 1)
    connections = Connections(StreamLimits(1, 1, 1))
    live = Live(
        authenticator, connections, database, Streams(database, Hub(1), 1.0), lambda: True, operators_need_factor=False
    )
    token = TokenSigner(tmp_path / SIGNING_FILE, 60).sign(UUID(int=1), "customer", None)
    answer = TestClient(make_app(live)).get("/v1/events", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
    assert len(connections) == 0
    database.close()
