"""Accounts, keys, tokens and signing in."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pedidos.settings.base import Settings
from pedidos.settings.groups.broker import OptionalBrokerSettings
from pedidos.settings.groups.types import OptionalSecret, RecordKeyList


class AccountKeySettings(Settings):
    account_keys: RecordKeyList = Field(
        description="Keys of second factors and of the links of mails, comma-separated: the first one is for new ones,"
        " each is accepted."
    )


class VerifiedSettings(Settings):
    require_verified: bool = Field(
        True, description="Whether customers can order only once they have confirmed their e-mail address."
    )


class SecondFactorSettings(Settings):
    """Who needs a second factor, and how often codes can be tried."""

    operators_second_factor: Literal["public", "always", "never"] = Field(
        "public",
        description="Whether operators need a second factor; public: where others reach the platform"
        " (PEDIDOS_PUBLIC_URL or PEDIDOS_LISTEN is not on loopback).",
    )
    codes_per_hour: int = Field(10, ge=1, description="Wrong codes of a second factor per account and hour.")


class KeySettings(Settings):
    keys_dir: Path = Field(
        description="Folder of the JWT keys: signing.pem and refresh.key (api only), next.pem and jwks.json."
    )


class ActingSettings(Settings):
    """Who runs a command, for the audit log, in addition to the user of the operating system."""

    operator_token: OptionalSecret = Field(
        None, description="Access token of the operator who runs a command, for the audit log."
    )
    keys_dir: Path | None = Field(None, description="Folder of the JWT keys, to check PEDIDOS_OPERATOR_TOKEN.")


class TokenSettings(Settings):
    access_token_seconds: int = Field(900, ge=5, le=24 * 3600, description="Life of an access token.")
    refresh_token_seconds: int = Field(
        14 * 24 * 3600, ge=60, description="Life of a refresh token: a session that is not used for this long ends."
    )
    session_seconds: int = Field(
        30 * 24 * 3600, ge=60, description="How long after its sign-in a session ends, however much it is used."
    )
    refresh_grace_seconds: int = Field(
        30, ge=0, le=60, description="How long the client that used a refresh token may repeat that request."
    )


class SignInSettings(OptionalBrokerSettings):
    """The limit on sign-ins. Api processes count together in the broker, if one is set and
    it is Redis or Valkey."""

    sign_in_limit: str = Field(
        "20 per minute", description="Sign-ins and registrations per client: an IPv4 address, or an IPv6 /64."
    )
    guesses_per_hour: int = Field(
        100,
        ge=1,
        description="Failed sign-ins per account and hour, before only clients near a session of it may try.",
    )
    hashing_threads: int = Field(
        2, ge=1, description="Passwords that one api or web process hashes at a time; each takes 19 MiB."
    )
