"""Reads the mails that the mail server of a local demo took, as their readers would see them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

_LINK = re.compile(r"(https://|/)\S+")


class Line(NamedTuple):
    """A line of a mail. link: whether it is an address, and nothing else."""

    text: str
    link: bool


class Received(NamedTuple):
    """at: when it was written. language: a tag (RFC 5646)."""

    recipient: str
    at: datetime
    language: str
    subject: str
    lines: list[Line]


def received(recipient: str, at: datetime, language: str, subject: str, text: str) -> Received:
    """A mail. language: a tag, or a locale."""
    lines = [Line(line, bool(_LINK.fullmatch(line))) for line in text.strip().splitlines()]
    return Received(recipient, at, language.replace("_", "-"), subject, lines)


def arrived(folder: Path, most: int) -> list[Received]:
    """The mails in the Maildir, newest first, at most `most`."""
    files = sorted(_files(folder), reverse=True)[:most]
    return [each for _, file in files if (each := _read(file)) is not None]


def _files(folder: Path) -> list[tuple[int, Path]]:
    """Each with the time when it came, in nanoseconds. The oldest may be removed at this moment."""
    found = []
    for file in (folder / "new").glob("*"):
        try:
            found.append((file.stat().st_mtime_ns, file))
        except FileNotFoundError:
            continue
    return found


def _read(file: Path) -> Received | None:
    """None if it was removed meanwhile."""
    try:
        message = message_from_bytes(file.read_bytes(), EmailMessage, policy=default)
    except FileNotFoundError:
        return None
    body = message.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return received(
        str(message.get("To", "")),
        _moment(message),
        message.get("Content-Language", "en"),
        message["Subject"] or "",
        text,
    )


def _moment(message: EmailMessage) -> datetime:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return datetime.fromtimestamp(0, UTC)
