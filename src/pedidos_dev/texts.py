"""texts: collects the texts that people read into the catalogues, and names those that are not translated yet."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PACKAGES = ("pedidos", "pedidos_classroom", "pedidos_local", "pedidos_drills", "pedidos_bench", "pedidos_dev")
SOURCES = tuple(Path(__file__).parents[1] / package for package in PACKAGES)
"""Packages with texts. The simulator of the payment gateway is not ours to translate."""

TEMPLATES = ("**/templates/**.html", "**/templates/**.txt")
METHODS = [("**.py", "python"), *((each, "jinja2") for each in TEMPLATES)]
TEMPLATE_OPTIONS = {
    each: {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"} for each in TEMPLATES
}


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(texts)


def texts() -> None:
    """Collect the texts that people read into the catalogues. Exit status 1 if one is not translated."""
    from pedidos.texts import CATALOGUES

    missing = False
    for locale, path in CATALOGUES.items():
        catalogue = read(path, locale)
        catalogue.update(collected(), no_fuzzy_matching=True)
        path.write_bytes(written(catalogue))
        for text in untranslated(catalogue):
            typer.echo(phrase("{name}: not translated: {text}", name=path.name, text=text))
            missing = True
    if missing:
        raise typer.Exit(1)
    typer.echo(phrase("All texts are translated."))


def collected() -> "Catalog":
    """The texts in the code and in the templates, the help texts of all commands, and what each setting means."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

    from pedidos.cli import translated
    from pedidos.settings.listing import variables
    from pedidos_dev.cli import app
    from pedidos_dev.readers import READERS

    found = Catalog()
    keywords = DEFAULT_KEYWORDS | {"lazy_gettext": None, "Sentence": None, "phrase": None}
    for folder in SOURCES:
        for _, _, message, comments, context in extract_from_dir(folder, METHODS, TEMPLATE_OPTIONS, keywords):
            if _has_words(message):
                found.add(message, auto_comments=comments, context=context)
    for text in (*translated.help_texts(typer.main.get_command(app)), *(each.meaning for each in variables(READERS))):
        found.add(text)
    return found


def read(path: Path, locale: str) -> "Catalog":
    """A catalogue; an empty one if there is no such file."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    if not path.exists():
        return Catalog(locale)
    with path.open("rb") as source:
        return read_po(source, locale)


def written(catalogue: "Catalog") -> bytes:
    """The catalogue as a file: sorted, and without places and dates, so that changes of two people rarely collide."""
    from io import BytesIO

    from babel.messages.pofile import write_po

    file = BytesIO()
    write_po(file, catalogue, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True, width=0)
    return file.getvalue()


def untranslated(catalogue: "Catalog") -> list[str]:
    """The texts of a catalogue that have no translation, or one with other placeholders."""
    texts = [message for message in catalogue if message.id]
    unfit = {message.id for message, _ in catalogue.check()}
    return [str(each.id) for each in texts if each.id in unfit or not _complete(each.string) or not _alike(each)]


_PLACEHOLDER = re.compile(r"\{\w+(?:![rs])?(?::[^{}]*)?\}")
"""As in str.format, with which a Sentence is filled."""


def _has_words(message: object) -> bool:
    """Whether there is anything to translate besides placeholders."""
    return not isinstance(message, str) or any(map(str.isalpha, _PLACEHOLDER.sub("", message)))


def _alike(message: "Message") -> bool:
    """Whether a translation has the placeholders of its text."""
    if not isinstance(message.id, str) or not isinstance(message.string, str):
        return True
    return set(_PLACEHOLDER.findall(message.id)) == set(_PLACEHOLDER.findall(message.string))


def _complete(translation: object) -> bool:
    return all(translation) if isinstance(translation, list | tuple) else bool(translation)
