"""`python -m pedidos_dev.release_before.move TAG`: records another release as the one before, after it was tagged."""

import json
import sys
import tempfile
from pathlib import Path

from pedidos_dev.release_before.record import BEFORE, STATEMENTS
from pedidos_dev.release_before.tree import NoHistory, commit_of, unpack

TEMPLATE = """\
# The release from which this version has to be upgraded to without a failed request. When a release is tagged, the next
# commit moves this to it: python -m pedidos_dev.release_before.move v1.2.3 (CONTRIBUTING.md, "A release").
# {name}
commit = "{commit}"
# The newest migration of that commit.
revision = "{revision}"
"""


def move(name: str, before: Path = BEFORE, statements: Path = STATEMENTS) -> None:
    """Writes both files. Raises NoHistory."""
    commit = commit_of(name)
    with tempfile.TemporaryDirectory(prefix="pedidos-release-") as folder:
        tree = unpack(commit, Path(folder) / "tree")
        tree.make_environment()
        found = tree.statements()
        revision = tree.newest_migration()
    statements.write_text(json.dumps(found, indent=0, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    before.write_text(TEMPLATE.format(name=name, commit=commit, revision=revision), "utf-8")


def main() -> int:
    """The exit status; 2 without exactly one name."""
    if len(sys.argv) != 2:
        sys.stderr.write("python -m pedidos_dev.release_before.move TAG\n")
        return 2
    try:
        move(sys.argv[1])
    except NoHistory as why:
        sys.stderr.write(f"{why}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
