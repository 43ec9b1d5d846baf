"""The owner of a shop is told by mail that an endpoint takes nothing: once for each opening of its circuit."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.mails import Kind
from pedidos.domain.webhooks import FAILURES
from pedidos.mails.making import NoLetter, letter_of
from pedidos.security.account_keys import AccountKeys
from pedidos.security.webhook_secrets import sealed_secrets
from pedidos.storage.accounts import mails
from pedidos.storage.webhooks import endpoints, queue, writing
from pedidos.storage.webhooks.endpoints import Changes
from pedidos.storage.webhooks.queue import Attempt, Health
from pedidos.storage.webhooks.writing import Happened
from tests.integration.notifier.conftest import SITE, Person, add_person
from tests.support.settings import ACCOUNT_KEYS
from tests.support.tables import change, rows

KEYS = AccountKeys(ACCOUNT_KEYS)


@pytest.fixture(autouse=True)
def no_endpoints(engine: Engine) -> Iterator[None]:
    """Before and afterwards, there are none."""
    change(engine, "delete from webhook_endpoints")
    yield
    change(engine, "delete from webhook_endpoints")


@pytest.fixture
def owner(engine: Engine, merchant: UUID) -> Person:
    """Of the shop, which has an account of its staff too, and one whose address is not confirmed."""
    for statement in (
        "update accounts set staff = true where id = :id",
        "update accounts set verified_at = null where id = :id",
        "update accounts set active = false where id = :id",
    ):
        change(engine, statement, id=add_person(engine, "merchant", merchant).id)
    return add_person(engine, "merchant", merchant)


def subscribe(engine: Engine, merchant: UUID | None) -> UUID:
    endpoint_id = uuid.uuid4()
    sealed = sealed_secrets(KEYS, endpoint_id)
    endpoints.add(engine, merchant, endpoint_id, "https://hooks.example/x/secret", [], "", sealed, Who())
    return endpoint_id


def settle(engine: Engine, merchant: UUID, failures: int, state: str = "waiting", *, gone: bool = False) -> None:
    """One request to the endpoint, whose result is this state; then this number of failures in a row."""
    happened = Happened(uuid.uuid4(), 1, merchant, "order.paid", datetime.now(UTC) + timedelta(seconds=1), "{}", "{}")
    writing.write(engine, [happened])
    change(engine, "update webhook_queues set due_at = clock_timestamp(), held_until = '-infinity'")
    (lease,) = queue.take(engine, 5, 60)
    due = queue.due(engine, lease, 1)
    attempts = [Attempt(each, datetime.now(UTC), 5, 500, "", "", state, 0.0) for each in due]
    assert queue.settle(engine, lease, attempts, Health(failures, 0, 0.0, gone), 60, "pt_BR", goes_on=False)


def written(engine: Engine) -> Sequence[tuple[str, UUID]]:
    return [
        (row.kind, row.account_id) for row in rows(engine, "select kind, account_id from mails order by created_at")
    ]


def test_an_opening_is_told_once_and_to_the_owner_alone(engine: Engine, merchant: UUID, owner: Person) -> None:
    subscribe(engine, merchant)
    settle(engine, merchant, FAILURES - 1)
    assert written(engine) == []
    for _ in range(3):
        settle(engine, merchant, FAILURES)
    assert written(engine) == [(Kind.WEBHOOK_HELD, owner.id)]
    (stored,) = mails.newest(engine, 9)
    assert stored.language == "pt_BR", "none is known of the owner"


def test_one_that_comes_and_goes_is_told_once_a_day(engine: Engine, merchant: UUID, owner: Person) -> None:
    subscribe(engine, merchant)
    for failures in (FAILURES, 0, FAILURES, 0):
        settle(engine, merchant, failures)
    assert written(engine) == [(Kind.WEBHOOK_HELD, owner.id)]
    change(engine, "update webhook_queues set held_told_at = held_told_at - interval '25 hours'")
    settle(engine, merchant, FAILURES)
    assert [kind for kind, _ in written(engine)] == [Kind.WEBHOOK_HELD] * 2


def test_what_is_given_up_is_told_once_in_an_opening(engine: Engine, merchant: UUID, owner: Person) -> None:
    subscribe(engine, merchant)
    for failures in (FAILURES, FAILURES, FAILURES):
        settle(engine, merchant, failures, "failed")
    assert sorted(written(engine)) == [(Kind.WEBHOOK_GIVEN_UP, owner.id), (Kind.WEBHOOK_HELD, owner.id)]
    settle(engine, merchant, 0, "delivered")
    settle(engine, merchant, FAILURES, "failed")
    assert [kind for kind, _ in written(engine)].count(Kind.WEBHOOK_GIVEN_UP) == 2


def test_one_that_is_gone_is_told_once(engine: Engine, merchant: UUID, owner: Person) -> None:
    endpoint = subscribe(engine, merchant)
    settle(engine, merchant, 1, "failed", gone=True)
    for _ in range(2):
        queue.end(engine, endpoint, "en")
    assert written(engine) == [(Kind.WEBHOOK_GONE, owner.id)]
    assert endpoints.change(engine, merchant, endpoint, Changes(state="on"), Who())
    queue.end(engine, endpoint, "en")
    assert written(engine) == [(Kind.WEBHOOK_GONE, owner.id)] * 2, "it was on again in between"


def test_an_endpoint_of_the_operators_makes_no_mail(engine: Engine, merchant: UUID, owner: Person) -> None:
    endpoint = subscribe(engine, None)
    settle(engine, merchant, FAILURES, "failed")
    queue.end(engine, endpoint, "en")
    assert written(engine) == []
    assert owner.id


def test_the_mail_names_the_host_and_leads_to_the_page(engine: Engine, merchant: UUID, owner: Person) -> None:
    endpoint = subscribe(engine, merchant)
    settle(engine, merchant, FAILURES)
    (stored,) = mails.newest(engine, 9)
    said = letter_of(engine, KEYS, SITE, stored)
    assert said.subject == "Seus webhooks para hooks.example estão falhando"
    assert f"{SITE}/webhooks/{endpoint}" in said.text
    assert "secret" not in said.text
    assert endpoints.remove(engine, merchant, endpoint, Who())
    with pytest.raises(NoLetter) as why:
        letter_of(engine, KEYS, SITE, stored)
    assert why.value.useless
    assert stored.account_id == owner.id


def test_how_the_endpoints_fare(engine: Engine, merchant: UUID) -> None:
    subscribe(engine, merchant)
    settle(engine, merchant, FAILURES)
    found = queue.figures(engine)
    assert (found.waiting, found.wanting, found.held) == (1, 1, 1)
