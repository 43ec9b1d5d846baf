"""`python -m pedidos_dev.release.check v1.2.3`: whether the tag, the version in each file and the changelog agree."""

import sys
from collections.abc import Iterator

from pedidos import __version__
from pedidos_dev.release.notes import NoNotes, notes
from pedidos_dev.release.places import written


def problems(tag: str) -> Iterator[str]:
    """What is wrong, one line each."""
    if tag != f"v{__version__}":
        yield f"The tag is {tag}, pedidos.__version__ says {__version__}: tag the commit that has the version."
    for name, version in written():
        if version != __version__:
            yield f"{name} has the version {version or '(none)'}, pedidos.__version__ says {__version__}."
    try:
        notes(__version__)
    except NoNotes as why:
        yield str(why)


def main() -> int:
    """The exit status: 2 without a tag."""
    if len(sys.argv) != 2:
        sys.stderr.write("python -m pedidos_dev.release.check TAG\n")
        return 2
    found = list(problems(sys.argv[1]))
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
