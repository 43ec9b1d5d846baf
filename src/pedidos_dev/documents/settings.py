"""The settings, as a table."""

from typing import get_args

from pydantic.fields import FieldInfo

from pedidos.settings import Settings

HEAD = """# Settings

Every setting is an environment variable. The environment wins over `platform.env` in the state folder, which
`./pedidos up` writes. A variable that is set to nothing counts as not set. `./pedidos settings` lists the values that
are in use.

| variable | default | meaning |
|---|---|---|
"""

LIMITS = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}"}


def settings_table() -> str:
    """The document, in Markdown."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = "–" if field.default is None else f"`{field.default}`"
    return f"| `PEDIDOS_{name.upper()}` | {default} | {field.description}{_allowed(field)} |\n"


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
