"""The services that the views need, created once per app."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.http.authentication import Authenticator
from pedidos.http.hashing import HashingPool
from pedidos.http.password_check import PasswordCheck
from pedidos.http.picture_reading import PicturePool
from pedidos.http.second_factor import SecondFactorCheck
from pedidos.processes.api.engines import Engines
from pedidos.processes.api.group_commit import GroupCommit
from pedidos.security.account_keys import AccountKeys
from pedidos.security.tokens import TokenSigner
from pedidos.settings.processes import ApiSettings
from pedidos.storage.orders.placed import Outcome
from pedidos.storage.orders.placing import NewOrder

_KEY = "pedidos"


@dataclass(frozen=True, slots=True)
class Services:
    settings: ApiSettings
    engines: Engines
    authenticator: Authenticator
    signer: TokenSigner
    refresh_secret: bytes
    placing: GroupCommit[NewOrder, Outcome]
    hashing: HashingPool
    anonymous: AnonymousLimit
    password_check: PasswordCheck
    second_factor: SecondFactorCheck
    account_keys: AccountKeys
    pictures: PicturePool

    @property
    def engine(self) -> Engine:
        """The engine for everything that has no pool of its own."""
        return self.engines.others


def provide(app: Flask, services: Services) -> None:
    """Gives the services to the views of this app."""
    app.extensions[_KEY] = services


def services() -> Services:
    """The services of the app that handles the current request."""
    return cast(Services, current_app.extensions[_KEY])
