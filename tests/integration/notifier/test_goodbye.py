"""A connection to the mail server is closed when the mails are sent, whatever the server does."""

import asyncio
import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from pedidos.processes.notifier.smtp import MailServer
from pedidos.settings.groups.notifying import MailServerSettings

HOST = "127.0.0.1"


def _serve(listener: socket.socket, context: ssl.SSLContext, over: threading.Event) -> None:
    """One connection, up to QUIT. Then it stays open, and TLS is not ended on this side."""
    connection, _ = listener.accept()
    with context.wrap_socket(connection, server_side=True) as encrypted, encrypted.makefile("rb") as lines:
        encrypted.sendall(b"220 mail\r\n")
        for line in lines:
            last = line.startswith(b"QUIT")
            encrypted.sendall(b"221 bye\r\n" if last else b"250 mail\r\n")
            if last:
                break
        over.wait(60)


@pytest.fixture
def lingering(tmp_path: Path) -> Iterator[MailServerSettings]:
    """The settings of a mail server that does not close a connection after the goodbye."""
    ca_file = tmp_path / "ca.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    over = threading.Event()
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(60)  # if no client comes, the thread ends
        port = listener.getsockname()[1]
        server = threading.Thread(target=_serve, args=(listener, context, over))
        server.start()
        try:
            yield MailServerSettings(smtp_host=HOST, smtp_port=port, smtp_tls="implicit", smtp_ca_file=ca_file)
        finally:
            over.set()
            server.join()


def test_nothing_stays_open_after_the_goodbye(lingering: MailServerSettings) -> None:
    async def session() -> None:
        async with MailServer(lingering, HOST).session():
            pass

    gc.collect()  # what others left is not of this test
    with warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(session())
        gc.collect()
    assert [str(each.message) for each in left_open] == []
