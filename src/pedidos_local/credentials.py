"""The passwords and keys of the local platform: created once, stored in secrets.json, readable only by the owner."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos.setup import secrets_file
from pedidos.setup.demo_accounts import EMAILS
from pedidos.setup.secrets_file import DamagedSecrets
from pedidos.storage.roles import ROLES


def _new() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Credentials:
    """database: of the role that owns PostgreSQL's tables. roles: of each role of a kind of process. superuser: None,
    but on a platform that is soon removed: no password lets anyone in as the superuser. broker: of Valkey. kafka: of
    Kafka; None lets everyone in, on a platform that is soon removed. kafka_reader: of its user who only reads. control:
    of the supervisor. edge: with it, the edge proves itself to the api. gateway, gateway_admin: keys of the payment
    gateway simulator. payment_events: the secret of its webhooks. records: the keys that sign the records on Kafka,
    comma-separated. trace: key with which a client has an order traced. account_keys: the keys of what accounts keep
    secret, comma-separated. postbox: of the demo's mail server. accounts: e-mail address to password.
    """

    database: str = field(default_factory=_new)
    roles: dict[str, str] = field(default_factory=lambda: {role: _new() for role in ROLES})
    superuser: str | None = None
    broker: str = field(default_factory=_new)
    kafka: str | None = field(default_factory=_new)
    kafka_reader: str = field(default_factory=_new)
    control: str = field(default_factory=_new)
    edge: str = field(default_factory=_new)
    gateway: str = field(default_factory=_new)
    gateway_admin: str = field(default_factory=_new)
    payment_events: str = field(default_factory=_new)
    records: str = field(default_factory=_new)
    trace: str = field(default_factory=_new)
    account_keys: str = field(default_factory=_new)
    postbox: str = field(default_factory=_new)
    accounts: dict[str, str] = field(default_factory=lambda: {email: _new() for email in EMAILS})


def read(path: Path) -> Credentials:
    """The stored credentials. Raises FileNotFoundError before the first start, and DamagedSecrets."""
    fresh = Credentials()
    try:
        kept = secrets_file.read(path)
        accounts = fresh.accounts | kept.get("accounts", {})
        roles = fresh.roles | kept.get("roles", {})
        return replace(fresh, **{**kept, "accounts": accounts, "roles": roles})
    except (DamagedSecrets, TypeError):  # TypeError: it has other members than we write
        raise DamagedSecrets(
            Sentence(
                "{path} is damaged, and the database opens with the passwords in it alone. Put a copy of it back, or "
                "start over: `./pedidos down`, then `./pedidos reset`.",
                path=path,
            )
        ) from None


def ensure(path: Path) -> Credentials:
    """Returns the stored credentials; creates and stores those that are missing."""
    secrets_now = read(path) if path.exists() else Credentials()
    write_private(path, json.dumps(asdict(secrets_now), indent=2) + "\n")
    return secrets_now


def write_private(path: Path, text: str) -> None:
    """Replaces the file atomically, even in a power failure; at every moment only the owner can read it."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # otherwise the new name may reach the disk before the file's contents
    draft.replace(path)
