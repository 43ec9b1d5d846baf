"""The settings of the payment gateway simulator."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from pedidos.settings.base import Settings
from pedidos.settings.groups import ListenerSettings, ProcessSettings, Secret


class BookSettings(Settings):
    gateway_book: Path = Field(description="SQLite file in which the gateway simulator keeps its book.")


class GatewayProcessSettings(ProcessSettings, ListenerSettings, BookSettings):
    reader: ClassVar[str] = "gateway"

    gateway_key: Secret = Field(description="Key that the platform shows to the gateway simulator.")
    gateway_admin_key: Secret = Field(description="Key for the gateway simulator's faults and book.")
