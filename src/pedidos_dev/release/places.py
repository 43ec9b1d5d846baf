"""Where the version is written: in pedidos.__version__, and copied where a file must have it as text."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[3]

_IMAGES = r"\bpedidos(?:-edge|-gateway)?:(\d+\.\d+\.\d+(?:-[0-9a-z.]+)?)"

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "src/pedidos/__init__.py": r'^__version__ = "(.+)"$',
        "pyproject.toml": r'^version = "(.+)"$',
        "deploy/helm/pedidos/Chart.yaml": r"^(?:version|appVersion): (.+)$",
        "docs/kubernetes.md": _IMAGES,
        "docs/kubernetes.pt-BR.md": _IMAGES,
    }
)
"""Per file, an expression whose group is the version. Documents that `./pedidos docs` writes have it from the first."""

VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9a-z.]+)?")
"""Semantic Versioning 2.0.0, without build metadata, which an image's tag cannot have."""


def written(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Each file with a version that is written in it."""
    for name, pattern in PLACES.items():
        found = re.findall(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        yield from ((name, version) for version in found or [""])


def write(version: str, root: Path = ROOT) -> None:
    """Writes another version to all of them. Raises ValueError."""
    if not VERSION.fullmatch(version):
        raise ValueError(f"{version} is no version: write it as 1.2.3, or 1.2.3-rc.1.")
    for name, pattern in PLACES.items():
        path = root / name
        text = path.read_text("utf-8")
        path.write_text(re.sub(pattern, lambda match: _with(match, version), text, flags=re.MULTILINE), "utf-8")


def _with(match: re.Match[str], version: str) -> str:
    begin, end = match.start(1) - match.start(), match.end(1) - match.start()
    return f"{match[0][:begin]}{version}{match[0][end:]}"
