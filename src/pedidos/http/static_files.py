"""Files that are the same for everyone: what pages load, and documents.

The edge serves them from a folder, so that no process of ours waits for a client that reads slowly. A process that has
pages serves them too: for clients without our edge, and while an edge of another version lacks a file.
"""

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path

ASSETS = "assets"
FOREVER = "public, max-age=31536000, immutable"
"""Cache-Control of an asset: other contents have another address."""

GZIP_LEVEL = 6

FOLDERS = (
    ("flask_openapi_swagger", "templates/swagger"),
    ("pedidos.processes.api", "static"),
    ("pedidos.processes.web", "static"),
)
"""Packages and their folders of static files."""

DOCUMENTS = frozenset({"openapi.json", "too-large.html", "unavailable.html"})
"""Files whose address is their name. All others are assets."""


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """by_path: the files, by the path of their address, without the first slash. addresses: an asset's name, which is
    its path in its folder → its address.

    The address of an asset contains a hash of all assets of its folder. It is not a hash of the file alone, because
    scripts and style sheets name each other by relative addresses.
    """

    by_path: Mapping[str, Path]
    addresses: Mapping[str, str]

    @classmethod
    def of(cls, folders: Iterable[Path]) -> "StaticFiles":
        """The files of these folders, which have no name in common."""
        by_path: dict[str, Path] = {}
        addresses: dict[str, str] = {}
        for folder in folders:
            files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
            by_path |= {name: files.pop(name) for name in DOCUMENTS & files.keys()}
            version = _version(files)
            addresses |= {name: f"/{ASSETS}/{version}/{name}" for name in files}
            by_path |= {f"{ASSETS}/{version}/{name}": path for name, path in files.items()}
        return cls(by_path, addresses)

    def asset(self, path: str) -> tuple[Path, bool] | None:
        """The file for the path of an asset's address, and whether it is the one that was meant: for an address of
        another version, it is the asset that has this name here. None: there is no such name."""
        exact = self.by_path.get(f"{ASSETS}/{path}")
        if exact is not None:
            return exact, True
        own = self.addresses.get(path.partition("/")[2])
        return None if own is None else (self.by_path[own.removeprefix("/")], False)

    def write(self, folder: Path) -> None:
        """Writes them as the edge serves them: the path in the folder is that of the address. Beside each, it writes
        the same compressed: the edge must not compress a file for each request. Replaces the folder."""
        shutil.rmtree(folder, ignore_errors=True)
        for path, file in self.by_path.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(file.read_bytes(), GZIP_LEVEL, mtime=0))


@cache
def static_files() -> StaticFiles:
    """Those of every package in FOLDERS. The packages are found, and not imported."""
    return StaticFiles.of(_folder(package) / folder for package, folder in FOLDERS)


def address(name: str) -> str:
    """The address of an asset. Raises KeyError."""
    return static_files().addresses[name]


def media_type(path: Path) -> str:
    """The value of Content-Type."""
    found = guess_type(path.name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed: its static files are missing.")
    return Path(spec.submodule_search_locations[0])


def _version(files: Mapping[str, Path]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, path in files.items():
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
