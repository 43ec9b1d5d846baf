"""A connection as the superuser of a drill's PostgreSQL, for what no process may do."""

import psycopg

from pedidos_drills.platform import DrillPlatform
from pedidos_local import ports, postgres


def connect(platform: DrillPlatform) -> "psycopg.Connection[tuple[object, ...]]":
    """To the platform's database; each statement is a transaction of its own."""
    return psycopg.connect(
        host=ports.LOOPBACK,
        port=platform.settings.port_base + ports.POSTGRES,
        user=postgres.SUPERUSER,
        password=platform.credentials.superuser,
        dbname=postgres.DATABASE,
        autocommit=True,
    )
