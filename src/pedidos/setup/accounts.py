"""The demo accounts' passwords, from the file that the local platform or deploy/compose/make-secrets has written."""

import json
import secrets
from pathlib import Path

from pedidos.errors import PedidosError
from pedidos.setup.demo import EMAILS

FILE = "secrets.json"
"""In the state folder."""


class Broken(PedidosError):
    """The file exists but cannot be read. The message says what to do."""


def read_passwords(path: Path) -> dict[str, str]:
    """A password for each demo account's e-mail address; a random one for an account that the file leaves out.

    Raises FileNotFoundError and Broken.
    """
    try:
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")).get("accounts", {})
        return {email: kept.get(email) or secrets.token_urlsafe(18) for email in EMAILS}
    except (ValueError, AttributeError):  # not JSON, or not in our format
        raise Broken(f"{path} is damaged: put back a copy of it, or let it be written again.") from None
