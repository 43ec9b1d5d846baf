"""The document that shows the pictures."""

from collections.abc import Mapping

from pedidos_dev.pictures.forms import FORMS
from pedidos_dev.pictures.photographs import picture_of

HEAD = """# The pages

Every page, as a person of the demo sees it. `./pedidos pictures` makes these pictures from the running platform.
"""


def gallery(seen: Mapping[str, str], rules: Mapping[str, str]) -> str:
    """Markdown. seen: for each endpoint, who sees the page. rules: the address of each endpoint."""
    parts = [HEAD]
    for endpoint in sorted(seen, key=lambda each: rules[each]):
        pictures = " | ".join(f"![{form.title}]({picture_of(endpoint, form)})" for form in FORMS)
        titles = " | ".join(form.title for form in FORMS)
        ruler = " | ".join("---" for _ in FORMS)
        parts.append(f"## `{rules[endpoint]}`\n\nAs {seen[endpoint]}.\n\n| {titles} |\n| {ruler} |\n| {pictures} |\n")
    return "\n".join(parts)
