"""All variables and the processes that read them: for `pedidos settings` and the documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import get_annotations

from pydantic.fields import FieldInfo

from pedidos.settings.base import SECRET, Settings, variable


@dataclass(frozen=True, slots=True)
class Variable:
    """required: a reader does not start without it. secret: its value is never shown. default: as text; "–" if
    there is none."""

    name: str
    field: FieldInfo
    default: str
    meaning: str
    read_by: str
    required: bool
    secret: bool


def variables(readers: Sequence[type[Settings]]) -> list[Variable]:
    """Each variable that one of the readers reads, once."""
    found: dict[str, list[type[Settings]]] = {}
    for reader in readers:
        for name in dict.fromkeys(_fields(reader)):
            found.setdefault(name, []).append(reader)
    return [_variable(name, by, everybody=len(by) == len(readers)) for name, by in found.items()]


def _fields(reader: type[Settings]) -> Iterator[str]:
    """The fields group by group, in the order of the class. pydantic has them in the reverse order."""
    for group in reader.__mro__:
        yield from (name for name in get_annotations(group) if name in reader.model_fields)


def _variable(name: str, readers: Sequence[type[Settings]], *, everybody: bool) -> Variable:
    fields = [reader.model_fields[name] for reader in readers]
    required = [field for field in fields if field.is_required()]
    field = (required or fields)[0]
    return Variable(
        name=variable(name),
        field=field,
        default="–" if field.is_required() or field.default is None else str(field.default),
        meaning=field.description or "",
        read_by="all" if everybody else ", ".join(dict.fromkeys(reader.reader for reader in readers)),
        required=bool(required),
        secret=SECRET in field.metadata,
    )
