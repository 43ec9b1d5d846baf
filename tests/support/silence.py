"""A server that is stopped: its connections stay open, and nothing is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """Inside, all processes of the server are stopped. A host and a port alone are written //host:port."""
    port = urlsplit(url).port
    (main,) = {
        psutil.Process(each.pid)
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == port
    }
    every = [main, *main.children(recursive=True)]
    for process in every:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(every):
            process.resume()
