"""What is recorded of the release before: its commit, its schema, and its SQL statements."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
BEFORE = FOLDER / "before.toml"
STATEMENTS = FOLDER / "statements.json"


class Release(NamedTuple):
    """commit: its full id. revision: of its schema."""

    commit: str
    revision: str


def before() -> Release:
    """The release that is recorded."""
    found = tomllib.loads(BEFORE.read_text("utf-8"))
    return Release(found["commit"], found["revision"])


def statements() -> Mapping[str, str]:
    """Its statements by their names, such as orders.placing._PLACE, with the driver's placeholders."""
    found: dict[str, str] = json.loads(STATEMENTS.read_text("utf-8"))
    return found
