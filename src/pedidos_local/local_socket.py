"""A Unix socket for the protocol of control.py: it lets in the user who runs the supervisor, and root.

The socket is in a folder that only this user can enter. On Linux, the kernel says besides who is at the other end.
"""

import asyncio
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pedidos_local.control import CONNECT_SECONDS, MAX_LINE, Handler, Message, Unreachable, conversation, talk

LONGEST_ADDRESS = 100
"""Bytes of an address that every system accepts (sun_path has 104 on macOS, 108 on Linux)."""

CREDENTIALS = struct.Struct("3i")
"""struct ucred of unix(7): pid, uid, gid."""


@asynccontextmanager
async def serving(path: Path, handle: Handler) -> AsyncIterator[None]:
    """Inside, the socket answers. Replaces what an earlier supervisor left. Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        with _short(path) as address:
            listener.bind(address)
        path.chmod(0o600)
        server = await asyncio.start_unix_server(conversation(handle, _refusal), sock=listener, limit=MAX_LINE)
    except BaseException:
        listener.close()
        raise
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


def ask(path: Path, request: Message, timeout_seconds: float) -> Iterator[Message]:
    """Sends one request; yields the answers as they arrive. timeout_seconds limits the wait for each. Raises
    Unreachable."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(CONNECT_SECONDS)
            with _short(path) as address:
                connection.connect(address)
            yield from talk(connection, request, timeout_seconds)
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error


def _refusal(_request: Message, writer: asyncio.StreamWriter) -> str | None:
    if sys.platform != "linux":
        return None  # the folder keeps others out
    connection = writer.get_extra_info("socket")
    _, uid, _ = CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))
    return None if uid in (0, os.geteuid()) else "The platform belongs to another user."


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """An address of the path that is not too long, inside the context. Raises OSError where there is none."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS or sys.platform != "linux":
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
