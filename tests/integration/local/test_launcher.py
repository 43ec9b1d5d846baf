"""./pedidos: finds its environment from wherever it is called, and says in a line what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

TOOLS = ("bash", "cat", "cmp", "cp", "dirname", "env", "grep", "mkdir", "mv", "ps", "readlink", "rm", "sleep")

PYTHON = """#!/bin/bash
case $1 in
  -ISc) echo 'cpython 3 14' ;;
  -m) [ "$3" != environment ] || { env | grep ^PYTHON; exit; } ;;&
  *) echo "$PEDIDOS_STATE_DIR|$PYTHONPATH|$*" ;;
esac
"""

INSTALLER = """#!/bin/bash
# A Python that makes environments of itself, and whose pip installs a uv that does nothing but succeed.
case "$*" in
  -ISc*) exec REAL "$@" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"-m pip --version") ;;
  *"pip config list") echo "global.index-url='https://mirror.example/simple'"; echo "install.user='yes'" ;;
  *"pip install"*)
    env >"FOLDER/pip.env"
    [ ! -f "FOLDER/pip fails" ] || { cat "FOLDER/pip fails" >&2; exit 1; }
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin" && printf '#!/bin/sh\\nenv >"FOLDER/uv.env"\\n' >"$2/bin/uv" && chmod +x "$2/bin/uv" ;;
  *) echo "pedidos runs" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment, in a path with spaces."""
    folder = tmp_path / "a folder, ção"
    folder.mkdir()
    shutil.copy(ROOT / "pedidos", folder)
    shutil.copytree(ROOT / "locks", folder / "locks")
    return folder


def install(checkout: Path) -> None:
    """An environment as an installation leaves it, with a Python that tells how it was called."""
    scripts = checkout / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(PYTHON)
    (scripts / "python").chmod(0o755)
    shutil.copy(checkout / "locks" / "local.txt", checkout / ".venv" / "installed.txt")
    (checkout / ".venv" / "installed-for").write_text("cpython 3 14\n")


def call(
    script: Path, *arguments: str, path: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PEDIDOS_", "PYTHON"))}
    return subprocess.run(
        [str(script), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env=inherited | environment | ({"PATH": path} if path else {}),
        timeout=30,
        check=False,
    )


def test_it_works_from_anywhere_and_through_links(checkout: Path, tmp_path: Path) -> None:
    install(checkout)
    (tmp_path / "one").symlink_to(checkout / "pedidos")
    (tmp_path / "two").symlink_to("one")
    expected = f"{checkout}/.pedidos|{checkout}/src|-m pedidos_dev logs kafka -f\n"
    for script in (checkout / "pedidos", tmp_path / "one", tmp_path / "two"):
        assert call(script, "logs", "kafka", "-f").stdout == expected


def test_what_the_shell_says_to_python_is_left_behind(checkout: Path) -> None:
    install(checkout)
    said = dict.fromkeys(("PYTHONHOME", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHON_GIL"), "1")
    said |= {"PYTHONPATH": "/elsewhere", "PYTHONIOENCODING": "latin-1", "LD_PRELOAD": "/nowhere.so"}
    done = call(checkout / "pedidos", "environment", **said)
    assert dict(line.split("=", 1) for line in done.stdout.splitlines()) == {
        "PYTHONPATH": f"{checkout}/src",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "latin-1",
    }


def test_a_state_folder_that_is_set_is_kept(checkout: Path) -> None:
    install(checkout)
    assert call(checkout / "pedidos", "up", PEDIDOS_STATE_DIR="/elsewhere").stdout.startswith("/elsewhere|")


def test_a_python_that_is_too_old_or_none_is_refused(checkout: Path) -> None:
    done = call(checkout / "pedidos", "up", PEDIDOS_PYTHON="/bin/true")
    assert done.returncode == 1
    assert "PEDIDOS_PYTHON=/bin/true is not a Python 3.11 or newer." in done.stderr


def test_without_a_python_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(str(shutil.which(tool)))
    done = call(checkout / "pedidos", "up", path=str(tools))
    assert done.returncode == 1
    assert "apt install python3 python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()
    assert not (checkout / ".venv.lock").exists()


@pytest.fixture
def installer(tmp_path: Path) -> Path:
    """What to name as PEDIDOS_PYTHON; what its pip and uv are given is in pip.env and uv.env beside it."""
    script = tmp_path / "python3"
    script.write_text(INSTALLER.replace("REAL", sys.executable).replace("FOLDER", str(tmp_path)), "utf-8")
    script.chmod(0o755)
    return script


def given(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines() if "=" in line)


def test_an_installation_takes_over_where_packages_are_and_nothing_else(checkout: Path, installer: Path) -> None:
    hostile = {
        **dict.fromkeys(("PIP_USER", "PIP_TARGET", "PIP_NO_BINARY", "PIP_REQUIRE_VIRTUALENV", "PIP_DRY_RUN"), "1"),
        **dict.fromkeys(("UV_PYTHON", "UV_TARGET", "UV_EXCLUDE_NEWER", "UV_CONSTRAINT", "VIRTUAL_ENV"), "1"),
        "PYTHONHOME": "/nowhere",
    }
    wanted = {"UV_DEFAULT_INDEX": "https://other.example", "HTTPS_PROXY": "http://proxy.example", "PIP_TIMEOUT": "99"}
    done = call(checkout / "pedidos", "up", **hostile, **wanted, PEDIDOS_PYTHON=str(installer))
    assert (done.returncode, done.stdout) == (0, "pedidos runs\n"), done.stderr
    pip, uv = given(installer.with_name("pip.env")), given(installer.with_name("uv.env"))
    assert not hostile.keys() & (pip.keys() | uv.keys())
    assert wanted.items() <= pip.items() & uv.items() | {("PIP_TIMEOUT", "99")}
    assert pip["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert pip["PIP_CONFIG_FILE"] == "/dev/null"
    assert uv["UV_SYSTEM_CERTS"] == "true"


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] …'))", "SSL_CERT_FILE"),
        ("ProxyError('Cannot connect to proxy.', OSError('407'))", "The proxy refuses the connection"),
        ("Failed to establish a new connection: [Errno 101] Network is unreachable", "Check the network connection"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "does not match the lock"),
        ("[Errno 13] Permission denied: '/elsewhere'", "You have no permission to write there"),
        ("something else", "See above."),
    ],
)
def test_an_installation_that_fails_names_the_cause(checkout: Path, installer: Path, words: str, meaning: str) -> None:
    installer.with_name("pip fails").write_text(f"{words}\n", "utf-8")
    done = call(checkout / "pedidos", "up", PEDIDOS_PYTHON=str(installer))
    assert done.returncode == 1
    assert words in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("pedidos: uv, which installs the rest, could not be installed with pip. ")
    assert meaning in last


def test_a_colon_in_the_path_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "a:b"
    folder.mkdir()
    shutil.copy(ROOT / "pedidos", folder)
    done = call(folder / "pedidos", "up")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"pedidos: {folder} has a colon in its name, which separates folders in PYTHONPATH. Move it to"
        " another folder.\n"
    )


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ({"LANG": "pt_BR.UTF-8"}, "tem dois-pontos"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:pt_BR:en"}, "tem dois-pontos"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, "has a colon"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "pt_BR"}, "has a colon"),
        ({"LANG": "de_DE.UTF-8"}, "has a colon"),
    ],
)
def test_what_it_says_before_there_is_python_is_in_the_language_of_the_locale(
    tmp_path: Path, locale: dict[str, str], words: str
) -> None:
    folder = tmp_path / "a:b"
    folder.mkdir()
    shutil.copy(ROOT / "pedidos", folder)
    said = subprocess.run(
        [folder / "pedidos"], env={"PATH": os.environ["PATH"], **locale}, capture_output=True, text=True, check=False
    )
    assert words in said.stderr
