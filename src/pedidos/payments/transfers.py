"""HTTP requests at the same time, from synchronous code: libcurl with connections that are kept alive.

Nothing happens between the calls: requests are sent and answers are read inside arrived() and wait(). A limit on the
time of a request is the caller's: it abandons the request, and its connection is closed.

What libcurl may do is narrowed to what the payment gateway needs: HTTP/1.1 over TCP or TLS 1.2 and newer, no proxy of
the environment, no redirect, no cookie, no .netrc, no compression. libcurl itself refuses header lines of more than
100 KiB, and more than 300 KiB of headers in an answer.
"""

import ssl
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pycurl

KEEP_ALIVE_SECONDS = 30
"""Idle connections are closed after this time, earlier than the gateway closes them; otherwise requests could get lost.
"""

_NOT_CONNECTED = frozenset(
    {
        pycurl.E_COULDNT_RESOLVE_HOST,
        pycurl.E_COULDNT_CONNECT,
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CACERT_BADFILE,
    }
)
"""Errors of libcurl before a connection can carry a request."""


NAME_SECONDS = 0.005
"""Pause between two looks for the address of the host."""


class Reply(NamedTuple):
    """An answer, or why there is none.

    failure: libcurl's message, or None if the answer is complete. body: None if it has more bytes than are read.
    reached: whether the request may have reached the server.
    """

    status: int
    content_type: str
    body: bytes | None
    failure: str | None = None
    reached: bool = True


@dataclass(slots=True)
class _Handle:
    """A request of libcurl, which is used again for the next one."""

    curl: Any
    key: str = ""
    parts: list[bytes] = field(default_factory=list)


class Transfers:
    """For one thread of one process."""

    def __init__(self, most: int, most_bytes: int, ca_file: Path | None) -> None:
        """most: connections that are kept. most_bytes: of an answer's body. ca_file: the authorities that may vouch for
        the server; None for those of the system."""
        self._most_bytes = most_bytes
        self._authorities = None if ca_file is None else ca_file.read_bytes()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, most)
        self._free: list[_Handle] = []
        self._busy: dict[Any, _Handle] = {}

    def ask(self, key: str, url: str, headers: Sequence[str], body: bytes | None) -> None:
        """Begins a request, which the next call of arrived() sends: a POST, or a GET if it has no body. key: names it
        in the results."""
        handle = self._free.pop() if self._free else self._make()
        handle.key = key
        curl = handle.curl
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, headers)
        if body is None:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            curl.setopt(pycurl.POST, 1)
            curl.setopt(pycurl.POSTFIELDS, body)
        self._busy[curl] = handle
        self._multi.add_handle(curl)

    def arrived(self) -> Iterator[tuple[str, Reply]]:
        """Sends what can be sent, reads what has come, and yields the requests that are over, by their keys."""
        self._multi.perform()
        more = True
        while more:
            more, complete, failed = self._multi.info_read()
            for curl in complete:
                handle = self._busy[curl]
                yield self._over(handle, self._reply(handle, b"".join(handle.parts)))
            for curl, code, message in failed:
                handle = self._busy[curl]
                if code == pycurl.E_FILESIZE_EXCEEDED:
                    reply = self._reply(handle, None)
                else:
                    reply = Reply(0, "", None, message or f"libcurl error {code}", code not in _NOT_CONNECTED)
                yield self._over(handle, reply)

    def wait(self, seconds: float) -> None:
        """Returns when something may have come, after these seconds at the latest. It watches file descriptors below
        1024, of which a worker has a hundred and some."""
        due_ms = self._multi.timeout()  # until libcurl has something to do; -1 for nothing
        patience = seconds if due_ms < 0 else min(seconds, due_ms / 1000)
        if self._multi.select(patience) < 0:  # no connection yet: the host's name is being looked up
            time.sleep(min(patience, NAME_SECONDS))

    def abandon(self, keys: Collection[str]) -> None:
        """Ends these requests without an answer."""
        for handle in [handle for handle in self._busy.values() if handle.key in keys]:
            self._release(handle)

    def close(self) -> None:
        """Closes all connections."""
        for handle in list(self._busy.values()):
            self._release(handle)
        for handle in self._free:
            handle.curl.close()
        self._free.clear()
        self._multi.close()

    def _over(self, handle: _Handle, reply: Reply) -> tuple[str, Reply]:
        key = handle.key
        self._release(handle)
        return key, reply

    def _release(self, handle: _Handle) -> None:
        del self._busy[handle.curl]
        self._multi.remove_handle(handle.curl)
        handle.parts.clear()
        self._free.append(handle)

    def _reply(self, handle: _Handle, body: bytes | None) -> Reply:
        kind = handle.curl.getinfo_raw(pycurl.CONTENT_TYPE) or b""
        content_type = kind.partition(b";")[0].strip().lower().decode("ascii", "replace")
        return Reply(handle.curl.getinfo(pycurl.RESPONSE_CODE), content_type, body)

    def _make(self) -> _Handle:
        curl = pycurl.Curl()
        handle = _Handle(curl)
        curl.setopt(pycurl.WRITEFUNCTION, handle.parts.append)
        curl.setopt(pycurl.MAXFILESIZE, self._most_bytes)
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.PATH_AS_IS, 1)
        curl.setopt(pycurl.PROXY, "")  # not even the one that the environment names
        curl.setopt(pycurl.NOSIGNAL, 1)  # signals are not for threads
        curl.setopt(pycurl.MAXAGE_CONN, KEEP_ALIVE_SECONDS)
        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        curl.setopt(pycurl.SSL_VERIFYPEER, 1)
        curl.setopt(pycurl.SSL_VERIFYHOST, 2)
        if self._authorities is not None:
            curl.setopt(pycurl.CAINFO_BLOB, self._authorities)
            curl.unsetopt(pycurl.CAPATH)
        else:
            # Where Python looks, SSL_CERT_FILE and SSL_CERT_DIR included: the library was built on another system.
            paths = ssl.get_default_verify_paths()
            for option, path in ((pycurl.CAINFO, paths.cafile), (pycurl.CAPATH, paths.capath)):
                curl.setopt(option, path) if path else curl.unsetopt(option)
        return handle
