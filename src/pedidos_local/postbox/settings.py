"""The settings of the demo's mail server."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from pedidos.settings.groups.notifying import KeptMailsSettings
from pedidos.settings.groups.process import ProcessSettings
from pedidos.settings.groups.serving import ListenerSettings
from pedidos.settings.groups.types import Secret


class PostboxSettings(ProcessSettings, ListenerSettings, KeptMailsSettings):
    reader: ClassVar[str] = "postbox"

    mailbox_dir: Path = Field(description="Folder (Maildir) of what the demo's mail server took.")
    smtp_user: str = Field(description="User that the demo's mail server lets in.")
    smtp_password: Secret = Field(description="Password of that user.")
    smtp_ca_file: Path = Field(description="Where it puts the certificate of its authority.")
