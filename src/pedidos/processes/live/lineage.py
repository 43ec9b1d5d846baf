"""Which log the streams follow. When PostgreSQL was restored and a new log goes on from what was left, places and
running numbers of the old log mean something else: every stream starts again."""

import structlog
from sqlalchemy import Engine

from pedidos.domain.logs import Log
from pedidos.storage.event_log import lineage

MOST_STRANGERS = 1000

logger = structlog.get_logger()


class Lineage:
    """The log as PostgreSQL has it; it is asked when a record names another one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._log: Log | None = None
        self._strangers: set[str] = set()

    def settle(self) -> None:
        """Has to be done once, before the first record. Raises Transient."""
        if self._log is None:
            self._log = lineage.current(self._engine)

    def known(self, log: str) -> bool:
        """Whether a record of the log with this id is one to follow; it may not name any."""
        return not log or (self._log is not None and log == self._log.id)

    def begun(self, log: str) -> Log | None:
        """The log with this id, if it has become PostgreSQL's. Raises Transient."""
        if log in self._strangers:
            return None
        found = lineage.current(self._engine)
        if found.id != log:
            # A log is PostgreSQL's before anything of it is published: this one will not become it any more.
            if len(self._strangers) < MOST_STRANGERS:
                self._strangers.add(log)
                logger.warning("records of another log are passed by", log=log, followed=found.id)
            return None
        self._log = found
        return found
