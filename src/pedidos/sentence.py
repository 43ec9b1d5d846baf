"""A sentence for people: an English text that can also be said in another language."""

import re
from collections.abc import Callable, Iterable
from typing import Any, LiteralString

Translate = Callable[[str], str]
"""Returns a text in another language, as gettext does; the text itself if there is no translation."""


class Sentence(str):
    """The English text with its values filled in. It keeps the text without them, which a catalogue translates.

    The first argument must be a literal, so that `./pedidos texts` finds it. A value may be a sentence too.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: LiteralString, /, **values: Any) -> "Sentence":
        """template: as for str.format. Without values, braces in it mean nothing."""
        return cls._made(template, values)

    def filled(self, **values: Any) -> "Sentence":
        """The same sentence with these values."""
        return self._made(self.template, values)

    @classmethod
    def described(cls, text: str) -> "Sentence":
        """A text that `./pedidos texts` collects where it is declared, such as the description of a setting."""
        return cls._made(text, {})

    @classmethod
    def lines(cls, parts: Iterable[str]) -> "Sentence":
        """Several, one per line."""
        values = {f"line_{number}": part for number, part in enumerate(parts)}
        return cls._made("\n".join(f"{{{name}}}" for name in values), values)

    def said(self, translate: Translate) -> str:
        """The sentence in the language of the catalogue."""
        text = translate(self.template)
        if not self.values:
            return text
        return text.format(**{name: said(value, translate) for name, value in self.values.items()})

    @classmethod
    def _made(cls, template: str, values: dict[str, Any]) -> "Sentence":
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template = template
        self.values = values
        return self


def said(value: Any, translate: Translate) -> Any:
    """The value; in the language of the catalogue if it is a sentence, or an error that says one."""
    if isinstance(value, BaseException):
        value = value.args[0] if value.args and isinstance(value.args[0], Sentence) else str(value)
    return value.said(translate) if isinstance(value, Sentence) else value


class Recogniser:
    """Finds the sentence that an English text is: one that was stored, or that a library says.

    The first one of the sentences whose form the text has is taken, so those that say more come first.
    """

    def __init__(self, *sentences: Sentence) -> None:
        self._forms = [(_form(sentence), sentence) for sentence in sentences]

    def __call__(self, text: str) -> Sentence | None:
        for form, sentence in self._forms:
            if found := form.fullmatch(text):
                values = found.groupdict()
                return sentence.filled(**values) if values else sentence
        return None


def _form(sentence: Sentence) -> re.Pattern[str]:
    """What the English text of the sentence looks like, whatever its values are."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(sentence.template)), re.DOTALL)
