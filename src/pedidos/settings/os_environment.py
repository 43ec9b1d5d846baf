"""The variables that a process inherits from its environment: those listed here, and nothing else.

Servers and libraries read hundreds of variables (PG…, CELERY_…, JAVA_TOOL_OPTIONS, PYTHON…), different ones in each
version. Each of them can change what the platform does, and none is one of our settings. So every environment starts
empty, and gets what the process needs.
"""

import os
from fnmatch import fnmatchcase

MARK = "PEDIDOS_SUPERVISED"
"""The variable in the environment of all programs that the supervisor starts, and so of their children. Value: the
state folder."""

Family = tuple[str, ...]
"""Names of variables; a name may end in *."""

SERVER: Family = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR")
"""What every program needs: the path of programs, the user, the folder for temporary files."""
PROCESS: Family = (
    *(*SERVER, "PEDIDOS_*"),
    # Without these, some interpreters do not find their own library.
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
    # The authorities that OpenSSL trusts, for your own servers with TLS.
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""What our own Python processes need."""
DOWNLOADS: Family = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "XDG_CACHE_HOME", "NETRC"),
)
"""How to reach the internet, and where to store downloads."""
PACKAGES: Family = (
    *("UV_INDEX*", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE", "UV_INSECURE_HOST"),
    *("UV_KEYRING_PROVIDER", "UV_CACHE_DIR", "UV_LINK_MODE", "UV_HTTP_*", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS"),
)
"""Where uv finds packages, and nothing about how to install them."""
TERMINAL: Family = (
    *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TZ", "LANG", "LANGUAGE", "LC_*"),
    "PYTHONIOENCODING",
)
"""How to write to the terminal."""
COMMAND_LINE: Family = (*PROCESS, *DOWNLOADS, *PACKAGES, *TERMINAL)

_removed: dict[str, str] = {}


def inherited(family: Family) -> dict[str, str]:
    """The variables of this family in our own environment, with their values."""
    return {name: value for name, value in os.environ.items() if _is_of(name, family)}


def keep_only(family: Family) -> None:
    """Removes all other variables from our own environment; the first action of a process.

    An environment that the supervisor created stays unchanged. So does what Python has already read: child processes
    need it.
    """
    if MARK in os.environ:
        return
    for name in list(os.environ):
        if not _is_of(name, (*family, "PYTHON*")):
            _removed[name] = os.environ.pop(name)


def as_given() -> dict[str, str]:
    """The environment before keep_only(), for developers' tools, which have their own variables."""
    return {**_removed, **os.environ}


def _is_of(name: str, family: Family) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in family)
