"""`python -m pedidos_dev.release_before.history`: says whether the release before is in this checkout's history."""

import sys

from pedidos_dev.release_before import record
from pedidos_dev.release_before.tree import NoHistory, commit_of


def main() -> int:
    """0 if it is there."""
    try:
        commit_of(record.before().commit)
    except NoHistory as why:
        sys.stderr.write(f"{why}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
