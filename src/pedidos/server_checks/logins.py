"""Whether PostgreSQL lets each process in, with the files from which an orchestrator gives them their passwords.

`setup` has a role of its own, and cannot see otherwise that another role's password is wrong.
"""

from collections.abc import Iterator
from pathlib import Path

from pedidos.errors import DatabaseUnavailable
from pedidos.sentence import Sentence
from pedidos.server_checks import postgres
from pedidos.server_checks.findings import Flaw
from pedidos.settings import env_file
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.server import look

VARIABLE = "PEDIDOS_DATABASE_URL"


def refused(folder: Path) -> Iterator[Flaw]:
    """What PostgreSQL says to the address in each file of the folder, if it refuses the login.

    A file without an address is left out: its process has one in its environment. Raises Away and env_file.Damaged.
    """
    for path in sorted(folder.glob("*.env")):
        url = env_file.read(path).get(VARIABLE)
        if url is None:
            continue
        try:
            look(DatabaseSettings.make(database_url=url))
        except DatabaseUnavailable as error:
            flaw = postgres.refused(" ".join(str(error).split()))
            advice = Sentence("Correct {variable} in {file}.", variable=VARIABLE, file=path.name)
            yield Flaw(f"{path.name}: {flaw.server}", flaw.what, advice)
