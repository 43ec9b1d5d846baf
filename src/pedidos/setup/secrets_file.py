"""secrets.json, in the state folder: its form, and how it is read.

One JSON object. "accounts" holds the demo accounts' passwords by e-mail address. The other members are passwords and
keys of the local platform, which pedidos_local.credentials makes; deploy/compose/make-secrets writes "accounts" alone.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.setup.demo_accounts import EMAILS

NAME = "secrets.json"


class DamagedSecrets(Misconfigured):
    """The file is there, but is not what was written. The message says what to do."""


def read(path: Path) -> dict[str, Any]:
    """The members of the file. Raises FileNotFoundError and DamagedSecrets."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except ValueError:  # neither UTF-8 nor JSON
        kept = None
    if not isinstance(kept, dict) or not isinstance(kept.get("accounts", {}), dict):
        raise DamagedSecrets(
            Sentence("{path} is damaged. Put a copy of it back, or let it be written again.", path=path)
        )
    return kept


def demo_passwords(path: Path) -> dict[str, str]:
    """A password for each demo account's e-mail address; a random one for an account that the file leaves out.

    Raises FileNotFoundError and DamagedSecrets.
    """
    kept: dict[str, str] = read(path).get("accounts", {})
    return {email: kept.get(email) or secrets.token_urlsafe(18) for email in EMAILS}
