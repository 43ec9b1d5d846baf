"""`python -m pedidos_dev.language`: finds words that this project does not use, because readers have to decode them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

BANNED = {
    "whoever": "name who: the client, the user, the process that …",
    "in vain": "say what failed: without an answer, without success",
    "anew": "again",
    "told of": "reported, logged, or: the order's history says",
    "so many": "that many, or the number",
    "nobody": "no one as a subject: no process, no client, no user",
    "one's": "your, or its owner's",
    "were it": "if it were",
    "the like": "name it, or: and similar",
    "by itself": "alone, or automatically",
    "for ever": "forever, or without a limit",
    "tells of": "says, shows, or reports",
    "what came of": "the result, or the outcome",
}
"""Each phrase, and what to write instead. CONTRIBUTING.md states the style."""

NAMES = re.compile(r"""["'`/]nobody\b|\bnobody["'`@=.]|\bnobody = |= nobody\b""")
"""Where a banned word is a name: the account that some systems call so, and addresses made up for tests."""

_PATTERN = re.compile(rf"\b({'|'.join(map(re.escape, BANNED))})\b", re.IGNORECASE)
_SUFFIXES = frozenset({".py", ".md", ".sql", ".yaml", ".yml", ".toml", ".sh", ""})
_NOT_OURS = ("docs/benchmarks/20", "locks/", "LICENSE", "src/pedidos_dev/language.py")


def findings(root: Path = ROOT) -> Iterator[str]:
    """`path:line: phrase: advice` for each banned phrase in the committed text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = root / name
        if name.startswith(_NOT_OURS) or path.suffix not in _SUFFIXES or ".pt-BR." in name or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for match in _PATTERN.finditer(NAMES.sub("", line)):
                yield f"{name}:{number}: {match[0]}: {BANNED[match[0].lower()]}"


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = list(findings())
    for line in found:
        print(line)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
