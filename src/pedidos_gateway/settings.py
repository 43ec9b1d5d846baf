"""The settings of the payment gateway simulator."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from pedidos.settings.base import Settings
from pedidos.settings.groups.process import ProcessSettings
from pedidos.settings.groups.serving import ListenerSettings
from pedidos.settings.groups.types import Secret
from pedidos_gateway.exposure import public_address


class BookSettings(Settings):
    gateway_book: Path = Field(description="SQLite file in which the gateway simulator keeps its book.")


class GatewayProcessSettings(ProcessSettings, ListenerSettings, BookSettings):
    reader: ClassVar[str] = "gateway"

    gateway_key: Secret = Field(description="Key that the platform shows to the gateway simulator.")
    gateway_admin_key: Secret = Field(description="Key for the gateway simulator's faults and book.")

    @field_validator("host")
    @classmethod
    def _not_public(cls, host: str) -> str:
        found = public_address(host)
        if found is not None:
            reason = f"{found} is a public address, and this gateway only simulates payments: listen on a private one"
            raise PydanticCustomError("public", "{reason}", {"reason": reason})
        return host
