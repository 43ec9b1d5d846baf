"""One contract for both payment providers: each adapter against its simulator, with the same requests."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from pedidos.domain.payment import Answer, Verdict, order_of, refund_key
from pedidos.domain.reconciling import KEPT
from pedidos.domain.reconciling import Charge as Listed
from pedidos.payments import listing
from pedidos.payments.port import Charge, Group, PartRefund, PaymentProvider, Undo
from pedidos.settings.groups.orders import GatewaySettings
from pedidos.wiring.steps import ADAPTERS
from pedidos_drills.evidence import book_entries
from pedidos_drills.ledger.records import BookEntry
from tests.support.processes import ADMIN_KEY, PLATFORM_KEY, ServingProcess, bearer, gateway_in

PATIENCE = 3.0


@dataclass
class Provider:
    """A simulator, and the adapter for it."""

    name: str
    process: ServingProcess
    client: PaymentProvider

    def charge(self, *charges: Charge) -> dict[str, Answer]:
        return answers(self.client.charge_many(charges, PATIENCE))

    def undo(self, *undos: Undo) -> dict[str, Answer]:
        return answers(self.client.undo_many(undos, PATIENCE))

    def refund(self, *refunds: PartRefund) -> dict[str, Answer]:
        return answers(self.client.refund_many(refunds, PATIENCE))

    def listed(self, since: datetime) -> list[Listed]:
        settings = GatewaySettings.make(
            gateway_url=self.process.url, payment_provider=self.name, gateway_key=PLATFORM_KEY
        )

        async def gather() -> list[Listed]:
            return [charge async for page in listing.charges(settings, since) for charge in page]

        return asyncio.run(gather())

    def faults(self, **faults: Any) -> None:
        done = requests.put(f"{self.process.url}/v1/faults", json=faults, headers=bearer(ADMIN_KEY), timeout=10)
        done.raise_for_status()

    def book(self) -> dict[str, BookEntry]:
        """What the provider did, by our keys."""
        told = requests.get(f"{self.process.url}/v1/book", headers=bearer(ADMIN_KEY), timeout=10)
        lines = [json.loads(line) for line in told.text.splitlines()]
        return {entry.key: entry for entry in book_entries(lines)}


def answers(groups: Iterator[Group]) -> dict[str, Answer]:
    pairs = [pair for group in groups for pair in group]
    assert len(pairs) == len(dict(pairs)), "every key exactly once"
    return dict(pairs)


def charges(*tokens: str) -> list[Charge]:
    return [Charge(f"charge:{uuid4()}", 100, token) for token in tokens]


@pytest.fixture(scope="module", params=["charges", "intents"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    module = "pedidos_gateway.intents" if request.param == "intents" else None
    with gateway_in(tmp_path_factory.mktemp(request.param), module) as process:
        yield process


@pytest.fixture
def provider(running: ServingProcess, request: pytest.FixtureRequest) -> Iterator[Provider]:
    name = request.node.callspec.params["running"]
    client = ADAPTERS[name](running.url, timeout_seconds=PATIENCE, key=PLATFORM_KEY)
    made = Provider(name, running, client)
    yield made
    made.faults()
    client.close()


def test_many_are_charged_at_the_same_time_each_once(provider: Provider) -> None:
    batch = charges(*["tok_ok"] * 120, *["tok_declined"] * 20)
    found = provider.charge(*batch)
    assert [found[each.key].verdict for each in batch] == [Verdict.CAPTURED] * 120 + [Verdict.DECLINED] * 20
    assert len({found[each.key].reference for each in batch[:120]}) == 120
    assert {found[each.key].reason for each in batch[120:]} == {"insufficient_funds"}
    assert provider.charge(*batch) == found, "the same under the same keys"
    book = provider.book()
    assert [book[each.key].captures for each in batch[:120]] == [1] * 120
    assert not any(each.key in book for each in batch[120:])


def test_what_was_charged_is_listed_with_what_became_of_it(provider: Provider) -> None:
    """For reconciling: each charge of ours that took money, or may still, and none that was only refused."""
    began = datetime.now(UTC) - timedelta(seconds=2)
    kept = charges(*["tok_ok"] * 130)
    undone, parted, declined = charges("tok_ok"), charges("tok_ok"), charges("tok_declined")
    told = provider.charge(*kept, *undone, *parted, *declined)
    for each in undone:
        provider.undo(Undo(each.key, each.amount_cents, told[each.key].reference))
    for each in parted:
        key = refund_key(order_of(each.key), uuid4())
        provider.refund(PartRefund(key, each.key, 30, told[each.key].reference))
    listed = provider.listed(began)
    found = {charge.key: charge for charge in listed}
    assert len(found) == len(listed)
    assert [found[each.key].status for each in (*kept, *parted)] == ["captured"] * 131
    assert [found[each.key].status for each in undone] == ["refunded"]
    assert {found[each.key].amount_cents for each in (*kept, *undone, *parted)} == {100}
    assert not any(each.key in found and found[each.key].status in KEPT for each in declined)
    assert provider.listed(datetime.now(UTC) + timedelta(hours=1)) == []
    # What is listed can be undone by what the list says of it alone.
    some = [found[each.key] for each in (*kept[:3], *parted)]
    outcomes = provider.undo(*(Undo(each.key, each.amount_cents, each.reference) for each in some))
    assert {answer.verdict for answer in outcomes.values()} == {Verdict.REFUNDED}
    again = {charge.key: charge.status for charge in provider.listed(began)}
    assert [again[each.key] for each in some] == ["refunded"] * len(some)


def test_a_refusal_is_for_good(provider: Provider) -> None:
    """Who asks late, with a token that would do, takes no money of an order that has been declined."""
    (declined,) = charges("tok_declined")
    provider.charge(declined)
    again = provider.charge(replace(declined, token="tok_ok"))[declined.key]
    assert again.verdict is not Verdict.CAPTURED
    assert declined.key not in provider.book()


@pytest.mark.parametrize(
    "token", ["tok_error_then_ok", "tok_error_after_charge", "tok_cut", "tok_timeout_after_charge"]
)
def test_what_is_unknown_is_settled_by_asking_again(provider: Provider, token: str) -> None:
    (charge,) = charges(token)
    first = answers(provider.client.charge_many([charge], 0.5))[charge.key]
    # libcurl repeats a request whose kept-alive connection was closed before a byte of an answer came.
    assert first.verdict is Verdict.UNKNOWN or token == "tok_cut"
    assert first.reason or token == "tok_cut"
    assert provider.charge(charge)[charge.key].verdict is Verdict.CAPTURED
    assert provider.book()[charge.key].captures == 1


def test_half_of_the_answers_get_lost_and_each_is_charged_once(provider: Provider) -> None:
    batch = charges(*["tok_ok"] * 60)
    provider.faults(error_rate=0.5)
    known: dict[str, Answer] = {}
    for _ in range(60):
        left = [each for each in batch if each.key not in known]
        found = answers(provider.client.charge_many(left, PATIENCE)) if left else {}
        known |= {key: answer for key, answer in found.items() if answer.verdict is not Verdict.UNKNOWN}
        provider.client.close()  # with it, the circuit is forgotten: what is tested is the provider
    assert {answer.verdict for answer in known.values()} == {Verdict.CAPTURED}
    assert len(known) == 60
    book = provider.book()
    assert [book[each.key].captures for each in batch] == [1] * 60


def test_several_that_ask_for_the_same_charge_take_its_money_once(provider: Provider) -> None:
    (charge,) = charges("tok_ok")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: provider.charge(charge)[charge.key], range(24)))
    assert {answer.verdict for answer in found} <= {Verdict.CAPTURED, Verdict.UNKNOWN}
    assert provider.charge(charge)[charge.key].verdict is Verdict.CAPTURED
    assert provider.book()[charge.key].captures == 1


def test_an_undo_returns_what_was_taken_and_keeps_out_what_was_not(provider: Provider) -> None:
    taken, refused, never = charges("tok_ok", "tok_declined", "tok_ok")
    reference = provider.charge(taken, refused)[taken.key].reference
    undos = [Undo(each.key, 100) for each in (taken, refused, never)]
    for _ in range(2):
        found = provider.undo(*undos)
        assert [found[each.key].verdict for each in undos] == [Verdict.REFUNDED, Verdict.VOIDED, Verdict.VOIDED]
    assert provider.undo(Undo(taken.key, 100, reference))[taken.key].verdict is Verdict.REFUNDED
    late = provider.charge(taken, never)
    assert late[taken.key].verdict is Verdict.REFUNDED
    assert late[never.key].verdict in (Verdict.VOIDED, Verdict.DECLINED)
    book = provider.book()
    assert (book[taken.key].captures, book[taken.key].refunded) == (1, 100)
    assert never.key not in book


def test_a_part_comes_back_once_per_key_and_never_more_than_is_left(provider: Provider) -> None:
    (charge,) = charges("tok_ok")
    reference = provider.charge(charge)[charge.key].reference
    order_id = order_of(charge.key)
    first, second, third = (
        PartRefund(refund_key(order_id, uuid4()), charge.key, cents, reference) for cents in (60, 41, 40)
    )
    for _ in range(2):
        found = provider.refund(first) | provider.refund(second)
        assert [found[each.key].verdict for each in (first, second)] == [Verdict.REFUNDED, Verdict.DECLINED]
        assert found[second.key].reason == "more_than_is_left"
    assert provider.refund(replace(first, amount_cents=1))[first.key].verdict is Verdict.UNKNOWN, "another body"
    assert provider.undo(Undo(charge.key, 100, reference))[charge.key].verdict is Verdict.REFUNDED
    assert provider.refund(third)[third.key].verdict is Verdict.DECLINED
    entry = provider.book()[charge.key]
    assert (entry.refunded, entry.parts) == (100, {first.key: 60})


def test_who_shows_another_key_or_asks_where_none_answers_learns_nothing(provider: Provider) -> None:
    adapter = ADAPTERS[provider.name]
    stranger = adapter(provider.process.url, timeout_seconds=PATIENCE, key="another")
    (charge,) = charges("tok_ok")
    found = answers(stranger.charge_many([charge], PATIENCE))[charge.key]
    assert (found.verdict, found.reason is None) == (Verdict.UNKNOWN, False)
    stranger.close()
    assert charge.key not in provider.book()
