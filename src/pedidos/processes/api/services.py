"""What the views need, put together once per app."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from pedidos.processes.api.gathering import Gathering
from pedidos.security.tokens import TokenSigner, TokenVerifier
from pedidos.settings import Settings
from pedidos.storage.placing import NewOrder, Outcome

_KEY = "pedidos"


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    engine: Engine
    verifier: TokenVerifier
    signer: TokenSigner
    refresh_secret: bytes
    placing: Gathering[NewOrder, Outcome]
    jwks: bytes
    specification: bytes


def provide(app: Flask, services: Services) -> None:
    """Makes the services known to the views of this app."""
    app.extensions[_KEY] = services


def services() -> Services:
    """The services of the app that handles the current request."""
    return cast(Services, current_app.extensions[_KEY])
