"""A snapshot of what an advisory service knew about our components on one day: made online, read offline."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pedidos.sentence import Sentence

FILE = Path(__file__).parents[3] / "locks" / "advisories.json"


class NoSnapshot(Exception):
    """There is none, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """covered: for each component that the service was asked about, by purl with its version, the ids of the advisories
    that concern it. advisories: by id, in the OSV schema (ossf.github.io/osv-schema)."""

    taken_at: datetime
    covered: Mapping[str, list[str]]
    advisories: Mapping[str, dict[str, Any]]

    def write(self, path: Path = FILE) -> None:
        """Writes it, sorted, so that a diff shows what has changed."""
        content = {
            "taken_at": self.taken_at.isoformat(timespec="seconds"),
            "covered": self.covered,
            "advisories": self.advisories,
        }
        path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def read(path: Path = FILE) -> Snapshot:
    """Raises NoSnapshot."""
    try:
        content = json.loads(path.read_text("utf-8"))
        taken_at = datetime.fromisoformat(content["taken_at"]).astimezone(UTC)
        return Snapshot(taken_at, content["covered"], content["advisories"])
    except FileNotFoundError:
        raise NoSnapshot(Sentence("there is no {name}", name=path.name)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise NoSnapshot(Sentence("{name} cannot be read: {reason}", name=path.name, reason=error)) from None
