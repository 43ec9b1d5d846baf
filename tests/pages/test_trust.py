"""`pedidos trust`: browsers and programs warn before, accept the certificate after, and warn again when undone."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Error

from tests.pages.person import Launch
from tests.support.platform import Platform

ROOT = os.geteuid() == 0
ADDED, CERTIFICATES = Path("/usr/local/share/ca-certificates"), Path("/etc/ssl/certs")

READ = (
    "import ssl, sys, urllib.request as r; print(r.urlopen(sys.argv[1], context=ssl.create_default_context()).status)"
)

pytestmark = pytest.mark.skipif(shutil.which("certutil") is None, reason="needs certutil (Debian: libnss3-tools)")


@dataclass(frozen=True)
class Home:
    """The home folder of a user. As root, the system's store is a copy in that folder, which `runs` mounts."""

    folder: Path
    platform: Platform
    launch: Launch

    @property
    def address(self) -> str:
        return f"https://localhost:{self.platform.port_base}/"

    def trusts(self, *options: str, code: int = 0, typed: str = "") -> str:
        return self.runs([sys.executable, "-m", "pedidos_dev", "trust", *options], code=code, typed=typed)

    def runs(self, command: Sequence[str], *, code: int = 0, typed: str = "") -> str:
        done = subprocess.run(
            self._in_its_own_system(command) if ROOT else command,
            env={**self.platform.environment, "HOME": str(self.folder)},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def sees(self) -> str:
        """The name on the first page in a Chromium that has just started, or the browser's error."""
        # Not the browser of the other tests: Chromium reads the database when it starts.
        with closing(self.launch(HOME=str(self.folder))) as started:
            page = started.new_page(locale="en-US")
            try:
                page.goto(self.address)
            except Error as error:
                return error.message
            return page.locator("header .brand").inner_text()

    def _in_its_own_system(self, command: Sequence[str]) -> list[str]:
        copies = {place: self.folder / place.name for place in (ADDED, CERTIFICATES)}
        for place, copy in copies.items():
            if not copy.exists():
                shutil.copytree(place, copy, symlinks=True)
        mounts = [shlex.join(["mount", "--bind", str(copy), str(place)]) for place, copy in copies.items()]
        return ["unshare", "--mount", "sh", "-c", " && ".join([*mounts, f"exec {shlex.join(command)}"])]


@pytest.fixture
def home(tmp_path: Path, platform: Platform, launch: Launch) -> Home:
    return Home(tmp_path, platform, launch)


def test_a_browser_accepts_the_certificate_until_it_is_undone(home: Home) -> None:
    assert "ERR_CERT_AUTHORITY_INVALID" in home.sees()
    assert "localhost, 127.0.0.1 and ::1 only" in home.trusts(typed="y\n")
    assert home.sees() == "pedidos"
    assert "trusted already" in home.trusts()
    assert "Removed " in home.trusts("--undo", "--yes")
    assert "ERR_CERT_AUTHORITY_INVALID" in home.sees()
    assert "nothing to remove" in home.trusts("--undo", "--yes")


def test_nothing_changes_without_a_yes(home: Home) -> None:
    home.trusts(typed="n\n", code=1)
    home.trusts(code=1)
    assert not (home.folder / ".pki").exists()


def test_firefox_is_told_too_and_keeps_what_others_added(home: Home, tmp_path: Path) -> None:
    profile = home.folder / ".mozilla" / "firefox" / "abc.default"
    profile.mkdir(parents=True)
    certutil = ["certutil", "-d", f"sql:{profile}"]
    home.runs([*certutil, "-N", "--empty-password"])
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    home.runs([*certutil, "-A", "-n", "of somebody else", "-t", "C,,", "-i", str(tmp_path / "other.pem")])
    home.trusts("--yes")
    assert "pedidos on this machine" in home.runs([*certutil, "-L"])
    home.trusts("--undo", "--yes")
    left = home.runs([*certutil, "-L"])
    assert "pedidos on this machine" not in left
    assert "of somebody else" in left


@pytest.mark.skipif(not ROOT, reason="the system's store belongs to root")
def test_programs_of_the_system_accept_it_too(home: Home) -> None:
    read = [sys.executable, "-c", READ, home.address]
    assert "CERTIFICATE_VERIFY_FAILED" in home.runs(read, code=1)
    home.trusts("--yes")
    assert home.runs(read).strip() == "200"
    home.trusts("--undo", "--yes")
    assert "CERTIFICATE_VERIFY_FAILED" in home.runs(read, code=1)


@pytest.mark.skipif(ROOT, reason="as a user who is not root")
def test_the_store_of_the_system_is_left_to_root(home: Home) -> None:
    assert "run this command as root" in home.trusts("--yes")


def test_a_store_that_cannot_be_changed_says_so(home: Home) -> None:
    folder = home.folder / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    (folder / "cert9.db").write_bytes(b"no database" * 100)
    said = home.trusts("--yes", code=1)
    assert str(folder) in said
    assert "Traceback" not in said
