"""Which log the streams follow.

After PostgreSQL is restored, a new log continues from what is left. Cursors and running numbers of the old log mean
something else there, so every stream starts again.
"""

import structlog
from sqlalchemy import Engine

from pedidos.domain.lineage import Log
from pedidos.storage.event_log import lineage

MOST_STRANGERS = 1000
"""Unknown logs that are remembered; a client that can write to the topic can name any number of them."""

logger = structlog.get_logger()


class Lineage:
    """The current log of PostgreSQL, which is asked again when a record names another one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._log: Log | None = None
        self._strangers: set[str] = set()

    def settle(self) -> None:
        """Reads the current log. To be called before the first record. Raises Transient."""
        if self._log is None:
            self._log = lineage.current(self._engine)

    @property
    def after(self) -> int:
        """The number before the first one of a shard that begins in the current log."""
        return 0 if self._log is None else self._log.after

    def known(self, log: str) -> bool:
        """Whether records with this log id belong to the current log. An empty id does."""
        return not log or (self._log is not None and log == self._log.id)

    def begun(self, log: str) -> Log | None:
        """The log with this id, if it is PostgreSQL's current log now. Raises Transient."""
        if log in self._strangers:
            return None
        found = lineage.current(self._engine)
        if found.id != log:
            # A log is PostgreSQL's current log before any of its events are published, so this one never will be.
            if len(self._strangers) < MOST_STRANGERS:
                self._strangers.add(log)
                logger.warning("records of another log are ignored", log=log, followed=found.id)
            return None
        self._log = found
        return found
