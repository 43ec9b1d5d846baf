"""`python -m pedidos_dev.release.notes`: what CHANGELOG.md says of this version, for the page of the release."""

import re
import sys
from pathlib import Path

from pedidos import __version__
from pedidos_dev.release.places import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"


class NoNotes(Exception):
    """The changelog has no dated section of the version; the message says what to do."""


def notes(version: str, changelog: Path = CHANGELOG) -> str:
    """The section of a version, without its heading. Raises NoNotes."""
    text = changelog.read_text("utf-8")
    heading = re.compile(rf"^## \[{re.escape(version)}\] - (.*)$", re.MULTILINE).search(text)
    if heading is None or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", heading[1]):
        raise NoNotes(f"{changelog.name} has no section of the version with its date: ## [{version}] - 2026-12-31")
    return re.split(r"^## ", text[heading.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()


def main() -> int:
    """Prints them."""
    try:
        sys.stdout.write(notes(__version__) + "\n")
    except NoNotes as why:
        sys.stderr.write(f"{why}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
