"""Checks the addresses of servers, so that a wrong one is reported clearly, and not later by the library that fails on
it. Everything that those libraries accept passes."""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

LARGEST_PORT = 65535
SHORTEST_KEY = 16
BROKERS = ("redis", "rediss", "redis+socket", "amqp", "amqps", "sentinel", "sentinels")
WITH_NUMBERS = ("redis", "rediss", "sentinel", "sentinels")
"""Kinds of address whose path is the number of a database."""

# As SQLAlchemy takes an address apart: a password may hold signs that end the host elsewhere.
_DATABASE = re.compile(
    r"postgresql(?:\+psycopg)?://"
    r"(?:[^:/]*(?::[^@]*)?@)?"
    r"(?:\[[^/?]+\]|[^/:?]+)?"
    r"(?::(?P<port>[^/?]*))?"
    r"(?:/[^?]*)?(?:\?.*)?"
)


def database(address: str) -> str:
    """Returns the address of PostgreSQL unchanged, if it is valid."""
    found = _DATABASE.fullmatch(address)
    if found is None or not (found["port"] is None or _is_port(found["port"])):
        raise _wrong("postgresql://user:password@host:port/name, or …/name?host=a:5432&host=b:5432 for several hosts")
    return address


def broker(address: str) -> str:
    """Returns the address of the task broker unchanged, if it is valid; several are separated by semicolons."""
    if not all(_is_url(each, BROKERS) and _is_numbered(each) for each in address.split(";")):
        raise _wrong("redis://:password@host:port/0 or amqp://user:password@host:port/name")
    return address


def kafka(addresses: str) -> str:
    """Returns the addresses of Kafka's brokers unchanged, if they are valid."""
    if not all(_is_kafka_broker(each) for each in addresses.split(",")):
        raise _wrong("host:port, comma-separated")
    return addresses


def record_keys(keys: str) -> str:
    """Returns the keys of the records on Kafka unchanged, if each is long enough."""
    if any(len(each) < SHORTEST_KEY for each in keys.split(",")):
        raise _wrong(f"keys of at least {SHORTEST_KEY} characters, comma-separated")
    return keys


def _is_kafka_broker(address: str) -> bool:
    host_and_port = re.sub("^.*://", "", address).strip()
    if host_and_port.startswith("["):
        port = host_and_port.rpartition("]")[2].removeprefix(":")
        return "]" in host_and_port and (not port or _is_port(port))
    _, colon, port = host_and_port.rpartition(":")
    return not colon or _is_port(port) or _is_ipv6(host_and_port)


def _is_url(address: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # is looked at only when it is asked for
    except ValueError:  # the port is not a number, or too large; or a bracket is not closed
        return False
    return parts.scheme in schemes and "://" in address


def _is_numbered(address: str) -> bool:
    """Whether the database is a number: Redis has no names for databases."""
    parts = urlsplit(address)
    number = parts.path.replace("/", "")
    return parts.scheme not in WITH_NUMBERS or not number or number.isdecimal()


def _is_port(text: str) -> bool:
    return text.strip().isdecimal() and int(text) <= LARGEST_PORT


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine is there. Of an empty host this is False: a port without one is on all addresses."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _wrong(right: str) -> PydanticCustomError:
    """An error without the address itself, because that may contain a password."""
    return PydanticCustomError("address", "it should be {right}", {"right": right})


def masked(url: str) -> str:
    """The address without its password."""
    return re.sub(r"(?<=://)([^:/@]*):[^@]*@", r"\1:***@", url)
