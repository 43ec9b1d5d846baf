"""A platform comes up and takes orders whatever the shell says to servers, libraries and interpreters."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from pedidos.settings.os_environment import MARK
from tests.support.platform import COMMAND_SECONDS, Platform, platform_in

PYTHON = {
    "PYTHONOPTIMIZE": "2",
    "PYTHONDEVMODE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "ascii",
    "PYTHONINTMAXSTRDIGITS": "640",
    "PYTHONUTF8": "0",
}
"""The command itself is begun with these. Those that would keep it from beginning are the launcher's to remove."""
POSTGRES = {
    "PGHOST": "192.0.2.1",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGDATABASE": "elsewhere",
    "PGUSER": "nobody",
    "PGPASSWORD": "wrong",
    "PGPASSFILE": "/nowhere",
    "PGSERVICE": "elsewhere",
    "PGSERVICEFILE": "/nowhere",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/nowhere",
    "PGSSLNEGOTIATION": "direct",
    "PGGSSENCMODE": "require",
    "PGCHANNELBINDING": "require",
    "PGREQUIREAUTH": "none",
    "PGTARGETSESSIONATTRS": "standby",
    "PGCLIENTENCODING": "LATIN1",
    "PGDATESTYLE": "German",
    "PGTZ": "Asia/Tokyo",
    "PGDATA": "/nowhere",
    "PSYCOPG_IMPL": "c",
}
JAVA = {
    "JAVA_HOME": "/nowhere",
    "JAVA_TOOL_OPTIONS": "-XX:+NoSuchOption",
    "_JAVA_OPTIONS": "-Xmx1k",
    "JDK_JAVA_OPTIONS": "-Xmx1k",
    "CLASSPATH": "/nowhere",
    "KAFKA_OPTS": "-Xmx1k",
}
CELERY = {
    "CELERY_CONFIG_MODULE": "nowhere",
    "CELERY_LOADER": "nowhere",
    "CELERY_RESULT_BACKEND": "nowhere://",
    "CELERYD_FORCE_EXECV": "1",
    "KOMBU_LOG_DEBUG": "1",
}
OTHERS = {
    "FLASK_DEBUG": "1",
    "FLASK_ENV": "development",
    "GRANIAN_WORKERS": "4",
    "SSL_CERT_FILE": "/nowhere",
    "REQUESTS_CA_BUNDLE": "/nowhere",
    "OPENSSL_CONF": "/nowhere",
    "XDG_CONFIG_HOME": "/nowhere",
    "XDG_DATA_HOME": "/nowhere",
    "GODEBUG": "http2server=0",
    "GOMEMLIMIT": "1MiB",
    "MALLOC_PERTURB_": "165",
    "LD_PRELOAD": "/nowhere.so",
    "GCONV_PATH": "/nowhere",
    "PIP_USER": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "UV_OFFLINE": "1",
    "TMPDIR": "/nowhere",
    "TZ": "Asia/Kathmandu",
    "LC_ALL": "tr_TR.ISO-8859-9",
    "NOTIFY_SOCKET": "/nowhere",
}


class Stranger:
    """A server that is none of ours; it counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                self._listener.accept()[0].close()
                self.visits += 1


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with closing(Stranger()) as listening:
        yield listening


@pytest.fixture
def hostile(tmp_path: Path, stranger: Stranger) -> dict[str, str]:
    """A module that Python imports unasked, servers of a stranger, and options that break each of ours."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "usercustomize.py").write_text("raise SystemExit('a stranger is imported')\n", "utf-8")
    proxies = {f"{kind}_proxy": f"http://127.0.0.1:{stranger.port}" for kind in ("http", "https", "all")}
    brokers = {f"CELERY_BROKER{kind}_URL": f"redis://127.0.0.1:{stranger.port}/0" for kind in ("", "_READ", "_WRITE")}
    return {
        **(PYTHON | POSTGRES | JAVA | CELERY | OTHERS | brokers),
        **(proxies | {name.upper(): value for name, value in proxies.items()}),
        "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(modules)]),
    }


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with platform_in(tmp_path / "state") as made:
        yield made


def test_the_shell_reaches_no_program(
    platform: Platform, tmp_path: Path, hostile: dict[str, str], stranger: Stranger
) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pedidos_dev", *arguments],
            cwd=tmp_path,
            env=platform.environment | hostile,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    assert "All is ready" in run("up", "-d")
    assert "confirmed" in run("order")
    assert "confirmed" in run("status")
    ours = [each for each in psutil.process_iter(["environ"]) if _is_of(each, platform)]
    assert len(ours) > 10
    for process in ours:
        theirs = process.info["environ"].items() & hostile.items()
        assert dict(theirs).keys() <= {"SSL_CERT_FILE", "TMPDIR"}, process
    assert stranger.visits == 0
    run("down")


def _is_of(process: psutil.Process, platform: Platform) -> bool:
    return (process.info["environ"] or {}).get(MARK) == str(platform.state_dir)
