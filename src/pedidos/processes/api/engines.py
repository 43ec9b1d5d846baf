"""The connections of the api to PostgreSQL: a pool for each kind of request, so that none uses up the others."""

from dataclasses import dataclass

from sqlalchemy import Engine

LOCK_SECONDS = 0.3
"""Longest wait of a request for a lock. It occupies a connection meanwhile, which others need."""


@dataclass(frozen=True, slots=True)
class Engines:
    """placing: also for what a process has to know to place orders: whether the database answers, and which access
    tokens are revoked."""

    placing: Engine
    lists: Engine
    others: Engine
