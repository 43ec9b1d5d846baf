"""promtool, Prometheus' own checks of rules and expressions, where it is installed or can be.

With CI=true it is installed from Debian's packages, if this is root on such a system. Elsewhere a test that needs it is
skipped, and says so.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

INSTALL_SECONDS = 300
MISSING = "not tested: promtool is not installed (Debian's package prometheus)"


def promtool(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs it. Skips the test if it is missing."""
    path = program("promtool")
    if path is None:
        pytest.skip(MISSING)
    return subprocess.run([path, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@cache
def program(name: str) -> str | None:
    """The path of prometheus or promtool, or None."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "prometheus"]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, env=environment, capture_output=True, timeout=INSTALL_SECONDS, check=False)
        found = shutil.which(name)
    return found
