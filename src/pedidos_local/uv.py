"""Runs uv, for packages that are installed after this environment was created."""

import shutil
import subprocess
import sys
from pathlib import Path

from pedidos.settings import os_environment

INSTALL_SECONDS = 600
SYSTEM_CERTIFICATES = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
"""Only the system's store contains the authority of a proxy that inspects TLS. Older versions of uv use the second
name."""

_FAMILY = (*os_environment.PROCESS, *os_environment.DOWNLOADS, *os_environment.PACKAGES)


class UvFailed(Exception):
    """uv is missing or failed. The message says what to do."""


def run(*arguments: str) -> None:
    """Runs uv with these arguments. Raises UvFailed."""
    try:
        done = _uv(arguments, SYSTEM_CERTIFICATES)
        if done.returncode != 0 and "certificate" in done.stderr:  # a system without a store: uv has its own list
            done = _uv(arguments, {})
    except subprocess.TimeoutExpired as error:
        raise UvFailed(f"uv was not through within {INSTALL_SECONDS} s. Is the network slow?") from error
    if done.returncode != 0:
        raise UvFailed(f"uv says:\n{done.stderr.strip()}")


def _uv(arguments: tuple[str, ...], certificates: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_find(), *arguments],
        env=os_environment.inherited(_FAMILY) | certificates,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=INSTALL_SECONDS,
        check=False,
    )


def _find() -> str:
    """The uv that created our environment, or an installed one."""
    beside = Path(sys.prefix)
    found = shutil.which("uv") or next(
        (str(uv) for uv in (beside / "uv" / "bin" / "uv", beside / "bin" / "uv") if uv.exists()), None
    )
    if found is None:
        raise UvFailed("uv is not installed: start pedidos with ./pedidos, which brings it.")
    return found
