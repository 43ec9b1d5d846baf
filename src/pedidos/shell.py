"""What a process takes over from the environment that it was started in: what is listed here, and nothing else.

Servers and libraries read hundreds of variables (PG…, CELERY_…, JAVA_TOOL_OPTIONS, PYTHON…), each version others. Any
of them can change what the platform does, and none is a setting of ours. So an environment is made from nothing, and
what a process needs is put into it.
"""

import os
from fnmatch import fnmatchcase

MARK = "PEDIDOS_SUPERVISED"
"""Variable in the environment of all that the supervisor starts, and so of its children. Value: the state folder."""

Family = tuple[str, ...]
"""Names of variables; a name may end in *."""

SERVER: Family = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR")
"""What every program needs: where programs are, who we are, where temporary files go."""
PROCESS: Family = (
    *(*SERVER, "PEDIDOS_*"),
    # Without them, some interpreters do not find their own library.
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
    # The authorities that OpenSSL trusts, for a server of your own that speaks TLS.
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""What our own Python processes need."""
DOWNLOADS: Family = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "XDG_CACHE_HOME", "NETRC"),
)
"""What tells how to reach the internet, and where to keep what comes from there."""
PACKAGES: Family = (
    *("UV_INDEX*", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE", "UV_INSECURE_HOST"),
    *("UV_KEYRING_PROVIDER", "UV_CACHE_DIR", "UV_LINK_MODE", "UV_HTTP_*", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS"),
)
"""What tells uv where packages are, and nothing of how to install them."""
TERMINAL: Family = (
    *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TZ", "LANG", "LANGUAGE", "LC_*"),
    "PYTHONIOENCODING",
)
"""What tells how to write on the terminal."""
COMMAND_LINE: Family = (*PROCESS, *DOWNLOADS, *PACKAGES, *TERMINAL)

_removed: dict[str, str] = {}


def inherited(family: Family) -> dict[str, str]:
    """The variables of this family that our own environment has, and their values."""
    return {name: value for name, value in os.environ.items() if _is_of(name, family)}


def keep_only(family: Family) -> None:
    """Remove all other variables from our own environment; the first thing that a process does.

    An environment that the supervisor made stays as it is. So does what Python has read by now: children need it.
    """
    if MARK in os.environ:
        return
    for name in list(os.environ):
        if not _is_of(name, (*family, "PYTHON*")):
            _removed[name] = os.environ.pop(name)


def as_given() -> dict[str, str]:
    """The environment before keep_only(), for the tools of developers, which have variables of their own."""
    return {**_removed, **os.environ}


def _is_of(name: str, family: Family) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in family)
