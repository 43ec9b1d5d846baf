"""The settings, as a table."""

from typing import get_args

from pydantic.fields import FieldInfo

from pedidos.settings.listing import Variable, variables
from pedidos_dev.readers import READERS

HEAD = """# Settings

Every setting is an environment variable. The environment wins over `platform.env` in the state folder, which
`./pedidos up` writes. A variable that is set to nothing counts as not set. `./pedidos settings` lists the values that
are in use. A secret, or an address with a password, can stand in a file: the name of its variable then ends in `_FILE`
([operations.md](../operations.md#with-tls-passwords-poolers-and-sentinels)).

A process does not start without a variable that is required. It names all that are missing or wrong, in one message.

| variable | default | read by | meaning |
|---|---|---|---|
"""

LIMITS = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}"}


def settings_table() -> str:
    """The document, in Markdown."""
    return HEAD + "".join(map(_row, variables(READERS)))


def _row(each: Variable) -> str:
    default = "required" if each.required else "–" if each.default == "–" else f"`{each.default}`"
    return f"| `{each.name}` | {default} | {each.read_by} | {each.meaning}{_allowed(each.field)} |\n"


def _allowed(field: FieldInfo) -> str:
    """What values there may be, where that is not plain from the meaning."""
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    if choices:
        return f" One of {', '.join(choices)}."
    bounds = [
        words.format(f"{getattr(limit, name):g}")
        for limit in field.metadata
        for name, words in LIMITS.items()
        if hasattr(limit, name)
    ]
    return f" {', '.join(bounds).capitalize()}." if bounds else ""
