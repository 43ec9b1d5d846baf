"""What the views need, created once per app."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from pedidos.http.anonymous_limit import AnonymousLimit
from pedidos.http.hashing import HashingPool
from pedidos.http.password_check import PasswordCheck
from pedidos.http.picture_reading import PicturePool
from pedidos.http.second_factor import SecondFactorCheck
from pedidos.processes.web.feeds.open_streams import OpenStreams
from pedidos.processes.web.figures.maker import FiguresMaker
from pedidos.processes.web.kafka_desk import KafkaDesk
from pedidos.processes.web.placing import Placing
from pedidos.processes.web.task_desk import TaskDesk
from pedidos.security.account_keys import AccountKeys
from pedidos.settings.processes import WebSettings

_KEY = "pedidos"


@dataclass(frozen=True, slots=True)
class Services:
    settings: WebSettings
    engine: Engine
    anonymous: AnonymousLimit
    hashing: HashingPool
    password_check: PasswordCheck
    second_factor: SecondFactorCheck
    account_keys: AccountKeys
    placing: Placing
    figures: FiguresMaker
    kafka: KafkaDesk
    tasks: TaskDesk
    streams: OpenStreams
    pictures: PicturePool


def provide(app: Flask, services: Services) -> None:
    """Gives the services to the views of this app."""
    app.extensions[_KEY] = services


def services() -> Services:
    """The services of the app that handles the current request."""
    return cast(Services, current_app.extensions[_KEY])
