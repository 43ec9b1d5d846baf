"""Mails that wait, and what sends them: in this process, or in one of its own."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.processes.notifier.mail_room import MailRoom
from pedidos.processes.notifier.mail_sender import MailSender
from pedidos.processes.notifier.smtp import MailServer
from pedidos.security.account_keys import AccountKeys
from pedidos.settings.groups.notifying import MailServerSettings
from tests.support.postbox import Postbox, postbox_in
from tests.support.settings import ACCOUNT_KEYS
from tests.support.tables import change, rows

SITE, SENDER = "https://shop.example", "Shop <no-reply@shop.example>"


@pytest.fixture(scope="package")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postbox]:
    """A mail server that runs."""
    with postbox_in(tmp_path_factory.mktemp("postbox")) as running:
        yield running


@pytest.fixture
def postbox(box: Postbox) -> Postbox:
    """The same, whatever the test before has done to it; empty."""
    if not box.child.running:
        box.child.start()
    for file in (box.folder / "mails" / "new").glob("*"):
        file.unlink()
    return box


@dataclass(frozen=True)
class Person:
    id: UUID
    email: str


@pytest.fixture
def person(clean: None, engine: Engine) -> Person:  # noqa: ARG001  # the tables are emptied first
    """A customer with a confirmed address."""
    return add_person(engine)


def add_person(engine: Engine, role: str = "customer", merchant: UUID | None = None) -> Person:
    email = f"{uuid.uuid4().hex[:12]}@people.example"
    (row,) = rows(
        engine,
        "with made as (select 1) select gen_random_uuid() as id from made",
    )
    change(
        engine,
        "insert into accounts (id, email, name, role, merchant_id, password_hash)"
        " values (:id, :email, 'Ana', :role, :merchant, '!')",
        id=row.id,
        email=email,
        role=role,
        merchant=merchant,
    )
    return Person(row.id, email)


@dataclass(frozen=True)
class Sending:
    """Sends in this process."""

    engine: Engine
    room: MailRoom
    sender: MailSender

    def until(self, done: Callable[[], bool]) -> None:
        """Sends until this is so, at most a minute."""

        async def run() -> None:
            async with asyncio.timeout(60):
                await self.sender.run(lambda: not done())

        asyncio.run(run())

    def states(self) -> dict[str, int]:
        found = rows(self.engine, "select state, count(*) as n from mail_deliveries group by state")
        return {row.state: row.n for row in found}


MakeSending = Callable[..., Sending]


@pytest.fixture
def sending(engine: Engine, postbox: Postbox) -> MakeSending:
    """What sends to the mail server; with these settings, if they differ."""

    def make(**changed: Any) -> Sending:
        settings = MailServerSettings(**{**postbox.settings, "mail_from": SENDER, **changed})
        room = MailRoom(engine, AccountKeys(ACCOUNT_KEYS), SITE, SENDER)
        assert settings.smtp_host is not None
        server = MailServer(settings, settings.smtp_host)
        return Sending(engine, room, MailSender(room, server, settings, lambda: None))

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
