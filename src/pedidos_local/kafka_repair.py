"""Repairs the small files in a Kafka node's folder after a power failure: Kafka does not start with damaged ones.

Kafka repairs its logs and their indexes itself. The small files record progress, or repeat what is stored elsewhere. A
damaged file is removed, and Kafka creates it again from its logs. Two kinds of file cannot be created again; they are
restored from a copy.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import crc32c

from pedidos_local import supervisor_words as words

META = "meta.properties"
COPY = "meta.properties.copy"
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_BATCH_HEAD = 61
"""Bytes of a record batch before its records (Kafka's protocol guide, "Record Batch")."""


class Damaged(Exception):
    """A file that cannot be created again. The message says what to do."""


def repair(folder: Path, data: Path) -> Iterator[str]:
    """Repairs the node's small files; yields what was done. folder is the node's, data its log folder.

    Raises Damaged.
    """
    if said := keep_meta(folder, data):
        yield said
    for pattern, is_whole in _REMOVABLE.items():
        for path in sorted(data.glob(pattern)):
            if not is_whole(path.read_bytes()):
                path.unlink()
                yield words.KAFKA_MAKES_AGAIN.filled(file=path.relative_to(data))
    yield from _restore_topic_ids(data)


def cluster_id(data: Path) -> str | None:
    """The cluster's id from a node's data, if that is intact."""
    found = _properties(data / META)
    return found["cluster.id"] if found else None


def is_id(text: str) -> bool:
    """Whether the text is an id as Kafka writes it: 16 bytes in base64."""
    return _ID.fullmatch(text) is not None


def keep_meta(folder: Path, data: Path) -> str | None:
    """Keeps a copy of meta.properties, which has the ids of the node and its log folder: they are stored nowhere else.

    Returns what was done if the file was restored from the copy. Raises Damaged.
    """
    path, copy = data / META, folder / COPY
    if _properties(path):
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            _write(copy, path.read_bytes())
    elif _properties(copy) and data.exists():
        _write(path, copy.read_bytes())
        return words.REPLACED_BY_COPY.filled(file=META)
    elif path.exists() or any(data.glob("*/*.log")):
        raise Damaged(
            f"{path} is damaged, and there is no copy of it. Kafka holds copies of events. Put a copy of {folder} back,"
            " or move it away: the next start makes an empty one (docs/operations.md, Back-up, says what follows)."
        )
    return None


def _restore_topic_ids(data: Path) -> Iterator[str]:
    """partition.metadata holds the id of the topic, which all partitions of a topic share."""
    for path in sorted(data.glob("*/partition.metadata")):
        if not _has_topic_id(path.read_bytes()):
            topic = path.parent.name.rpartition("-")[0]
            contents = (other.read_bytes() for other in data.glob(f"{topic}-*/partition.metadata"))
            whole = next(filter(_has_topic_id, contents), None)
            if whole is not None:
                _write(path, whole)
                yield words.OF_ANOTHER_PARTITION.filled(file=path.relative_to(data))


def _properties(path: Path) -> dict[str, str] | None:
    """The properties of an intact meta.properties; otherwise None."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (FileNotFoundError, ValueError):
        return None
    found = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    ids = (found.get("cluster.id", ""), found.get("directory.id", ""))
    return found if all(map(is_id, ids)) and {"node.id", "version"} <= found.keys() else None


def _is_checkpoint(content: bytes) -> bool:
    """Whether the text is a checkpoint: version, number of entries, entries that end in whole numbers. One that was
    never written is empty."""
    if not content:
        return True
    try:
        version, count, *entries = content.decode("ascii").removesuffix("\n").split("\n")
        numbers = [int(field) for entry in entries for field in entry.split(" ")[-2:]]
        return version == "0" and int(count) == len(entries) == len(numbers) / 2
    except ValueError:
        return False


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _are_batches(content: bytes) -> bool:
    """Whether the file consists entirely of record batches, each with a correct checksum."""
    while content:
        size = 12 + int.from_bytes(content[8:12])
        batch, content = content[:size], content[size:]
        if len(batch) < max(size, _BATCH_HEAD) or crc32c.crc32c(batch[21:]) != int.from_bytes(batch[17:21]):
            return False
    return True


def _has_topic_id(content: bytes) -> bool:
    return re.fullmatch(rb"version: 0\ntopic_id: [A-Za-z0-9_-]{22}\n?", content) is not None


_REMOVABLE: dict[str, Callable[[bytes], bool]] = {
    "*-checkpoint": _is_checkpoint,
    "*/leader-epoch-checkpoint": _is_checkpoint,
    "*/quorum-state": _is_json,
    "bootstrap.checkpoint": lambda content: bool(content) and _are_batches(content),
}
"""Files that Kafka creates again. bootstrap.checkpoint is needed only until the metadata log begins."""


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
