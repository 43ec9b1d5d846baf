"""`python -m pedidos_dev.release.version 1.2.3`: writes the next version to every file that has it."""

import sys

from pedidos_dev.release.places import PLACES, write


def main() -> int:
    """The exit status: 2 without a version."""
    if len(sys.argv) != 2:
        sys.stderr.write("python -m pedidos_dev.release.version VERSION\n")
        return 2
    try:
        write(sys.argv[1])
    except ValueError as why:
        sys.stderr.write(f"{why}\n")
        return 1
    sys.stdout.write("".join(f"{name}\n" for name in PLACES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
