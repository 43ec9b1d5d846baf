"""python -m pedidos.storage.awaited_schema: waits until the database has the schema of this code.

For a pod that starts beside its servers and `setup`. It asks with the role of its process, which may read the answer
once `setup` has given the rights: then both are there. It waits for as long as that takes; it is `setup` that gives up.
Little is imported, because all pods of a demo run this at the same time.
"""

import os
import sys
import time
from importlib.resources import files
from pathlib import Path

import psycopg

from pedidos.settings import env_file

LOOK_SECONDS = 0.5
CONNECT_SECONDS = 3

_FIND = "select version_num from alembic_version"


def newest() -> str:
    """The newest revision of this code. Alembic, which also knows it, takes longer to import than all the rest."""
    versions = files("pedidos.migrations").joinpath("versions").iterdir()
    return max(each.name for each in versions if each.name[:4].isdecimal()).partition("_")[0]


def look(url: str) -> tuple[str | None, str]:
    """The revision that the database has, None if that cannot be read; and what was seen, in words."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute(_FIND).fetchone()
    except psycopg.Error as error:
        return None, str(error).partition("\n")[0]
    return (row[0], f"the schema is {row[0]}") if row else (None, "there is no schema")


def main() -> int:
    """Returns the exit status: 2 if PEDIDOS_DATABASE_URL is missing."""
    platform = Path(os.environ["PEDIDOS_STATE_DIR"]) / "platform.env"
    url = os.environ.get("PEDIDOS_DATABASE_URL") or env_file.read(platform).get("PEDIDOS_DATABASE_URL")
    if not url:
        sys.stderr.write(f"PEDIDOS_DATABASE_URL is not set, neither in the environment nor in {platform}.\n")
        return 2
    wanted, told = newest(), ""
    while True:
        there, seen = look(url)
        if there is not None and there >= wanted:
            return 0
        if seen != told:
            sys.stderr.write(f"Waiting for the schema {wanted}: {seen}\n")
            told = seen
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
