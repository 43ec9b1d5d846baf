"""Demo accounts are for a platform that only its own machine reaches: their addresses are known, one is an operator's.

An address counts as one that others reach unless it is on loopback.
"""

from urllib.parse import urlsplit

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.settings.addresses import is_loopback
from pedidos.settings.groups.serving import ExposureSettings


class Exposed(Misconfigured):
    """Others would reach demo accounts. The message says what to do."""


def exposed_at(settings: ExposureSettings) -> str | None:
    """The variable, with its value, by which others reach the platform; None if no one else does."""
    if settings.public_url and not is_loopback(urlsplit(settings.public_url).hostname or ""):
        return f"PEDIDOS_PUBLIC_URL={settings.public_url}"
    if settings.listen and not is_loopback(settings.listen.rpartition(":")[0].strip("[]")):
        return f"PEDIDOS_LISTEN={settings.listen}"
    return None


def refuse_new_demo(settings: ExposureSettings) -> None:
    """Raises Exposed if setup would make demo accounts that others reach."""
    where = exposed_at(settings)
    if settings.demo and where:
        raise Exposed(
            Sentence(
                "Others can reach this platform ({where}), and demo accounts are not for that. Set "
                "PEDIDOS_DEMO=false and create accounts with `pedidos accounts create`, or publish it on 127.0.0.1.",
                where=where,
            )
        )


def refuse_open_demo(settings: ExposureSettings, open_emails: list[str]) -> None:
    """Raises Exposed if there are demo accounts that can sign in (open_emails), and others reach them."""
    where = exposed_at(settings)
    if open_emails and where:
        raise Exposed(
            Sentence(
                "Others can reach this platform ({where}), and these demo accounts can sign in: {open_emails}. "
                "Disable each with `pedidos accounts disable EMAIL`.",
                where=where,
                open_emails=", ".join(open_emails),
            )
        )


def is_only_for_this_machine(settings: ExposureSettings) -> bool:
    """Whether it is known that no one else reaches the platform: all addresses that are set are on loopback, and at
    least one is set."""
    return bool(settings.public_url or settings.listen) and exposed_at(settings) is None


def operators_need_second_factor(settings: ExposureSettings, rule: str) -> bool:
    """Whether operators need a second factor. rule: public, always or never."""
    return rule == "always" or (rule == "public" and exposed_at(settings) is not None)


def is_on_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine."""
    return is_loopback(urlsplit(url).hostname or "")
