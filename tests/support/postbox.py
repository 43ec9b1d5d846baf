"""A mail server for tests: the demo's, as a process of its own, and what it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from pedidos_local.processes import beats
from tests.support.ports import free_port
from tests.support.processes import process
from tests.support.programs import ManagedProgram
from tests.support.waiting import until

USER, PASSWORD = "shop", "the-password-of-the-mail-server"


class Postbox:
    """`child` starts and ends it. settings: with which mails go there."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        heartbeat = folder / "heartbeat"
        self.settings: dict[str, object] = {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_user": USER,
            "smtp_password": PASSWORD,
            "smtp_ca_file": folder / "ca.pem",
            "mailbox_dir": folder / "mails",
        }
        own = {key: value for key, value in self.settings.items() if key not in ("smtp_host", "smtp_port")}
        own |= {"host": "127.0.0.1", "port": self.port, "heartbeat_file": heartbeat}
        self.child: ManagedProgram = process("postbox", folder, lambda: beats(heartbeat), own)

    def mails(self, recipient: str | None = None) -> list[EmailMessage]:
        """What it took, oldest first."""
        files = sorted((self.folder / "mails" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        found = [message_from_bytes(file.read_bytes(), EmailMessage, policy=default) for file in files]
        return [each for each in found if recipient in (None, each["To"])]

    def wait_for(self, count: int, recipient: str | None = None) -> list[EmailMessage]:
        """What it took, once that is this number of mails."""
        until(lambda: len(self.mails(recipient)) >= count, f"{count} mails to {recipient or 'anyone'}")
        return self.mails(recipient)


@contextmanager
def postbox_in(folder: Path) -> Iterator[Postbox]:
    """Inside, it runs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Postbox(folder)
    made.child.start()
    try:
        yield made
    finally:
        made.child.end()


def plain(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
