"""The forms in which each page is shown: languages, colours, widths of the window."""

from typing import Literal, NamedTuple

DESKTOP, PHONE = 1280, 390
HEIGHT = 800


class Form(NamedTuple):
    """name: how the names of its pictures end. language: as browsers ask for it. width: of the window, in pixels."""

    name: str
    title: str
    language: str
    colours: Literal["light", "dark"]
    width: int


FORMS = (
    Form("light", "English, light", "en", "light", DESKTOP),
    Form("dark", "Portuguese, dark", "pt-BR", "dark", DESKTOP),
    Form("phone", "Portuguese, a phone", "pt-BR", "light", PHONE),
    Form("phone-dark", "English, a phone, dark", "en", "dark", PHONE),
)
