"""The settings of the payment simulator with intents: those of the other, and where it tells what happens."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from pedidos.settings.groups.orders import PaymentEventSettings
from pedidos.settings.groups.types import WebUrl
from pedidos_gateway.settings import GatewayProcessSettings


class IntentsProcessSettings(GatewayProcessSettings, PaymentEventSettings):
    reader: ClassVar[str] = "gateway"

    payment_events_url: WebUrl | None = Field(
        None, description="Where the gateway simulator with intents sends its webhooks: …/v1/payment-events."
    )
    ca_file: Path | None = Field(
        None, description="Certificate authority that signed the public address's certificate."
    )

    @property
    def book(self) -> Path:
        """Its book is another than that of the simulator with charges."""
        return self.gateway_book.with_name("intents.sqlite")
