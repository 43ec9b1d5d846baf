"""Mails and webhooks."""

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pedidos.settings import addresses
from pedidos.settings.base import Settings
from pedidos.settings.groups.types import OptionalSecret


class MailServerSettings(Settings):
    """The mail server that takes our mails."""

    smtp_host: str | None = Field(
        None, description="Mail server (SMTP). Without one, mails are written and not sent, and none is about an order."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls",
        description="Encryption at the mail server: starttls (port 587), implicit (465), or none, on loopback alone.",
    )
    smtp_ca_file: Path | None = Field(
        None, description="Certificate authority of the mail server. Default: those of the system."
    )
    smtp_user: str | None = Field(None, description="User at the mail server. Without one, none is named.")
    smtp_password: OptionalSecret = Field(None, description="Password of the user at the mail server.")
    mail_lease_seconds: float = Field(
        60.0,
        ge=25,
        description="How long a mail belongs to the notifier that sends it; longer than a sending may take.",
    )
    mail_from: str = Field("pedidos <no-reply@pedidos.example>", description="Sender of our mails.")

    @field_validator("smtp_tls")
    @classmethod
    def _mails_encrypted(cls, tls: str, others: ValidationInfo) -> str:
        """Mails have addresses, and links that let their reader into an account."""
        if tls == "none" and not addresses.is_loopback(others.data.get("smtp_host") or "localhost"):
            raise PydanticCustomError("encrypted", "it should be starttls or implicit outside loopback")
        return tls

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        _, address = parseaddr(sender)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not sender.isprintable() or not sender.isascii():
            raise PydanticCustomError("sender", "it should be an address, such as shop <no-reply@example.org>")
        return sender


class OrderMailSettings(Settings):
    mail_language: Literal["en", "pt"] = Field(
        "pt", description="Language of mails to accounts whose own is not known: those that an operator created."
    )
    order_mails: bool = Field(
        True, description="Whether customers and merchants get mails about orders, if there is a mail server."
    )
    order_mails_per_hour: int = Field(
        60, ge=1, description="Mails about orders to one account within an hour; of further events none is written."
    )


class WebhookAddressSettings(Settings):
    webhook_allow_loopback: bool = Field(
        False,
        description="Whether webhooks may go to this machine itself (127.0.0.1, ::1), also by http://: for a demo.",
    )


class WebhookSettings(WebhookAddressSettings):
    webhook_timeout_seconds: float = Field(
        15.0, gt=0, le=30, description="Longest wait for a subscriber of webhooks: connection, request and answer."
    )
    webhook_ca_file: Path | None = Field(
        None, description="Certificate authority of subscribers, besides those of the system."
    )


class MailboxSettings(Settings):
    mailbox_dir: Path | None = Field(
        None, description="Folder (Maildir) of what the mail server of a local demo took, for the page /mailbox."
    )


class KeptMailsSettings(Settings):
    mailbox_most: int = Field(1000, ge=1, description="Mails that a local demo keeps, the newest ones.")
