"""A PostgreSQL that is stopped: its connections stand, and nothing is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil


@contextmanager
def stopped(database_url: str) -> Iterator[None]:
    """Inside, all processes of the server are stopped."""
    port = urlsplit(database_url).port
    (postmaster,) = {
        psutil.Process(each.pid)
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == port
    }
    every = [postmaster, *postmaster.children(recursive=True)]
    for process in every:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(every):
            process.resume()
