"""Knows which access tokens are revoked: a copy of the list in PostgreSQL, which a thread updates every second.

While PostgreSQL cannot be reached, the copy stays as it is: what was revoked stays revoked, and streams stay open. What
is revoked meanwhile, by a process that does reach PostgreSQL, takes effect within two seconds of its return, or when
the token expires. Almost no request can do anything without PostgreSQL. Until the list has been read once, every token
is refused.
"""

import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy import Engine

from pedidos.domain.access import Identity
from pedidos.errors import Transient, first_line
from pedidos.http import problems
from pedidos.sentence import Sentence
from pedidos.storage.accounts.revocations import Position, read

READ_SECONDS = 1.0
WHOLE_SECONDS = 60.0
"""How often the whole list is read, which also drops entries that have expired. In between, only new entries are."""

log = structlog.get_logger()


class Revocations:
    """The copy. Can be asked in any thread."""

    def __init__(self, engine: Engine, changed: Callable[[], object] = lambda: None) -> None:
        """engine: has a connection that is free within a second. changed: is called in the thread, after new entries
        are included."""
        self._engine = engine
        self._changed = changed
        # By the integers of the UUIDs: those are hashed at a fifth of the cost, for every request.
        self._voided: Mapping[int, int] | None = None
        self._position: Position | None = None
        self._whole_at = 0.0
        self._reached = True

    def include(self, identity: Identity) -> bool:
        """Whether the token of this identity is void. Raises Unavailable until the list was read once."""
        voided = self._voided
        if not voided:
            if voided is None:
                raise problems.Unavailable(Sentence("The server does not know yet which access tokens are revoked."))
            return False
        session_id = identity.session_id
        return voided.get(identity.account_id.int, 0) > identity.account_version or (
            session_id is not None and session_id.int in voided
        )

    def begin(self) -> None:
        """Reads the list, then starts the thread. If PostgreSQL cannot be reached, the thread tries again."""
        self._update()
        threading.Thread(target=self._keep_up, name="revocations", daemon=True).start()

    def _keep_up(self) -> None:
        while True:
            time.sleep(READ_SECONDS)
            self._update()

    def _update(self) -> None:
        try:
            self._read()
        except Transient as error:
            if self._reached:
                log.warning("revocations not read", reason=first_line(error))
            self._reached = False
        except Exception:  # the thread must not end: without it, nothing would be revoked any more
            log.exception("revocations not read")
        else:
            self._reached = True

    def _read(self) -> None:
        now = time.monotonic()
        whole = self._voided is None or now - self._whole_at > WHOLE_SECONDS
        found = read(self._engine, None if whole else self._position)
        self._position = found.position
        voided = {subject.int: version for subject, version in found.voided.items()}
        before = self._voided or {}
        # Assigned, and never changed: other threads see either the one mapping or the other.
        if found.whole:
            self._voided, self._whole_at = voided, now
        elif voided:
            self._voided = {**before, **voided}
        if any(before.get(subject) != version for subject, version in voided.items()):
            self._changed()
