"""Time limits and limits of orders, and the payment gateway."""

from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pedidos.settings import addresses
from pedidos.settings.base import Settings
from pedidos.settings.groups.types import OptionalSecret, WebUrl


class PaymentSettings(Settings):
    payment_deadline_seconds: float = Field(
        300.0, gt=0, description="How long after the gateway was first asked an unpaid order expires."
    )
    payment_limit_seconds: float = Field(
        4 * 3600.0, gt=0, description="How long an order waits, with its stock, for a gateway that cannot be asked."
    )


class AcceptanceSettings(Settings):
    acceptance_seconds: float = Field(
        300.0,
        ge=0,
        description="How long a merchant may take to accept a confirmed order, before the order is cancelled and its"
        " money returned; 0: without limit.",
    )


class CourierSettings(Settings):
    courier_lease_seconds: float = Field(
        1800.0,
        ge=60,
        description="How long an order belongs to the courier who took it or picked it up; then another can take it.",
    )


class GatewayPatienceSettings(Settings):
    charge_timeout_seconds: float = Field(10.0, gt=0, description="Longest wait for the gateway's answer.")


class GatewaySettings(GatewayPatienceSettings):
    gateway_insecure: bool = Field(
        False, description="Allow http:// to a payment gateway on another host: its answers and our key can be changed."
    )
    payment_provider: Literal["charges", "intents"] = Field(
        "charges",
        description="Interface of the payment gateway: charges, as the demo's simulator has it, or intents (Stripe's).",
    )
    gateway_url: WebUrl = Field(description="Payment gateway, as https://…; http:// is for loopback.")
    gateway_ca_file: Path | None = Field(
        None, description="Certificate authority of the payment gateway. Default: those of the system."
    )
    gateway_key: OptionalSecret = Field(
        None, description="Key for the payment gateway, sent as a bearer token. Without one, none is sent."
    )

    @field_validator("gateway_url")
    @classmethod
    def _encrypted(cls, url: HttpUrl, others: ValidationInfo) -> HttpUrl:
        """The gateway learns our key and payment tokens, and its answers decide about money."""
        if url.scheme == "http" and not addresses.is_loopback(url.host or "") and not others.data["gateway_insecure"]:
            raise PydanticCustomError(
                "encrypted", "it should be https://… outside loopback; PEDIDOS_GATEWAY_INSECURE=true allows http://"
            )
        return url


class PaymentEventSettings(Settings):
    payment_event_secrets: OptionalSecret = Field(
        None,
        description="Secrets of the payment provider's webhooks, comma-separated: each is accepted. None: no webhooks.",
    )

    @property
    def event_secrets(self) -> list[str]:
        return [each for each in (self.payment_event_secrets or "").split(",") if each]


class StepSettings(PaymentSettings, AcceptanceSettings, GatewayPatienceSettings):
    """For the steps of the pipeline, in addition to PostgreSQL and the gateway."""

    fused_steps: bool = Field(
        True, description="Whether steps that need no answer from outside share a commit; false: each has its own."
    )
    charge_patience_seconds: float = Field(0.25, gt=0, description="How long a batch waits together for its charges.")
    charge_lease_seconds: float = Field(
        30.0, gt=0, le=300, description="How long a charge belongs to the worker that began it."
    )


class WatchdogSettings(Settings):
    watchdog_seconds: float = Field(2.0, gt=0, description="How often the watchdog looks.")
    stalled_after_seconds: float = Field(
        15.0, gt=0, description="How long an order may make no progress before it is hinted again."
    )


class IdempotencySettings(Settings):
    idempotency_hours: int = Field(24, ge=1, description="How long an Idempotency-Key is kept.")


class OrderLimitSettings(Settings):
    """The limits of each account."""

    orders_per_minute: int = Field(120, ge=1, description="Orders that one account can place within a minute.")
    unpaid_orders: int = Field(50, ge=1, description="Orders of one account that can wait for their payment.")
    unpaid_units: int = Field(
        100, ge=1, description="Units of one product in all orders of an account that wait for their payment."
    )
