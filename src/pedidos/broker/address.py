"""What an address of the task broker says. Several addresses are separated by semicolons."""

from urllib.parse import unquote, urlsplit

ENCRYPTED = ("rediss", "amqps", "sentinels")
SENTINEL_PORT = 26379


def kind(address: str) -> str:
    """redis, sentinel or amqp."""
    scheme = urlsplit(_first(address)).scheme
    return {"rediss": "redis", "redis+socket": "redis", "sentinels": "sentinel", "amqps": "amqp"}.get(scheme, scheme)


def is_encrypted(address: str) -> bool:
    """Whether the broker is spoken to with TLS."""
    return urlsplit(_first(address)).scheme in ENCRYPTED


def is_socket(address: str) -> bool:
    """Whether it is a Unix socket."""
    return urlsplit(_first(address)).scheme == "redis+socket"


def credentials(address: str) -> tuple[str | None, str | None]:
    """User and password, each None if the address has none."""
    parts = urlsplit(_first(address))
    return unquote(parts.username or "") or None, unquote(parts.password or "") or None


def number(address: str) -> int:
    """The number of the database of a Redis or Valkey."""
    return int(urlsplit(_first(address)).path.replace("/", "") or 0)


def places(address: str) -> list[tuple[str, int]]:
    """Host and port of each sentinel."""
    parts = [urlsplit(each) for each in address.split(";")]
    return [(each.hostname or "127.0.0.1", each.port or SENTINEL_PORT) for each in parts]


def for_kombu(address: str) -> str:
    """The address as kombu understands it: every sentinel with the database, without a password, which it would use
    for the sentinels as well as for the broker."""
    if kind(address) != "sentinel":
        return address
    return ";".join(
        f"sentinel://{f'[{host}]' if ':' in host else host}:{port}/{number(address)}" for host, port in places(address)
    )


def _first(address: str) -> str:
    return address.partition(";")[0]
