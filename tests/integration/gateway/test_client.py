"""The platform's client against the real simulator."""

import multiprocessing
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from pedidos.domain.payment import Answer, Verdict, order_of, refund_key
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.port import Charge, PartRefund, Undo
from tests.support.ports import refusing_port
from tests.support.processes import ADMIN_KEY, PLATFORM_KEY, GatewayProcess, bearer
from tests.support.waiting import until

SPARED = Answer(Verdict.UNKNOWN, reason="held back: the gateway seems to be down", asked=False, reached=False)


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[GatewayClient]:
    client = GatewayClient(gateway.url, timeout_seconds=3, key=PLATFORM_KEY)
    yield client
    client.close()


def charges(*tokens: str) -> list[Charge]:
    return [Charge(f"charge:{uuid4()}", 100, token) for token in tokens]


def answers(groups: Iterator[list[tuple[str, Answer]]]) -> dict[str, Answer]:
    pairs = [pair for group in groups for pair in group]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_one_slow_charge_does_not_delay_the_others(client: GatewayClient) -> None:
    batch = charges(*["tok_ok"] * 60, "tok_slow", "tok_timeout_after_charge", *["tok_declined"] * 60)
    began = time.monotonic()
    arrived = []
    for group in client.charge_many(batch, patience_seconds=3.0):
        arrived.append((time.monotonic() - began, group))
    *early, (last, rest) = arrived
    assert max(seconds for seconds, _ in early) < 2.7
    assert last >= 2.9
    assert {key for key, _ in rest} == {batch[60].key, batch[61].key}
    assert {answer.verdict for _, answer in rest} == {Verdict.UNKNOWN}
    found = dict(pair for _, group in early for pair in group)
    assert [found[c.key].verdict for c in batch[:60]] == [Verdict.CAPTURED] * 60
    assert all(found[c.key] == Answer(Verdict.DECLINED, None, "insufficient_funds") for c in batch[62:])


def test_unknown_is_settled_by_asking_again(client: GatewayClient) -> None:
    batch = charges("tok_error_then_ok", "tok_error_after_charge", "tok_cut", "tok_timeout_after_charge")
    first = answers(client.charge_many(batch, 0.5))
    assert {answer.verdict for answer in first.values()} == {Verdict.UNKNOWN}
    assert all(answer.reason for answer in first.values())
    again = answers(client.charge_many(batch, 2.0))
    assert {answer.verdict for answer in again.values()} == {Verdict.CAPTURED}


def test_undo(client: GatewayClient) -> None:
    batch = charges("tok_ok", "tok_declined")
    answers(client.charge_many(batch, 2.0))
    keys = [batch[0].key, batch[1].key, "charge:never seen/?"]
    undone = answers(client.undo_many([Undo(key, 100) for key in keys], 2.0))
    assert [answer.verdict for answer in undone.values()].count(Verdict.VOIDED) == 2
    assert undone[batch[0].key].verdict is Verdict.REFUNDED
    assert undone[batch[0].key].reference
    assert answers(client.charge_many(batch[:1], 2.0))[batch[0].key].verdict is Verdict.REFUNDED


def test_a_part_comes_back_once_per_key_and_never_more_than_is_left(client: GatewayClient) -> None:
    (charge,) = charges("tok_ok")
    order_id = order_of(charge.key)
    answers(client.charge_many([charge], 2.0))
    first, second, third = (PartRefund(refund_key(order_id, uuid4()), charge.key, cents) for cents in (60, 41, 40))
    unseen = PartRefund(refund_key(uuid4(), uuid4()), f"charge:{uuid4()}", 1)
    for _ in range(2):
        found = answers(client.refund_many([first], 2.0)) | answers(client.refund_many([second, unseen], 2.0))
        assert [found[each.key].verdict for each in (first, second, unseen)] == [
            Verdict.REFUNDED,
            Verdict.DECLINED,
            Verdict.DECLINED,
        ]
        assert found[second.key].reason == "more_than_is_left"
    other = answers(client.refund_many([replace(first, amount_cents=1)], 2.0))
    assert other[first.key].verdict is Verdict.UNKNOWN
    (undone,) = answers(client.undo_many([Undo(charge.key, 100)], 2.0)).values()
    assert undone.verdict is Verdict.REFUNDED
    assert answers(client.refund_many([third], 2.0))[third.key].verdict is Verdict.DECLINED


def test_answers_that_came_while_the_caller_was_busy_are_not_lost(client: GatewayClient) -> None:
    answers(client.charge_many(charges(*["tok_ok"] * 100), patience_seconds=5.0))  # connects: all 100 ask at once below
    found: dict[str, Answer] = {}
    patience = 1.0
    for group in client.charge_many(charges(*["tok_ok"] * 100), patience):
        found.update(group)
        time.sleep(patience)
    assert [answer.verdict for answer in found.values()] == [Verdict.CAPTURED] * 100


def test_more_charges_than_concurrency(gateway: GatewayProcess) -> None:
    client = GatewayClient(gateway.url, timeout_seconds=3, concurrency=4, key=PLATFORM_KEY)
    batch = charges(*["tok_ok"] * 50)
    assert {a.verdict for a in answers(client.charge_many(batch + batch, 5.0)).values()} == {Verdict.CAPTURED}
    client.close()


def test_stopping_half_way_leaves_the_client_usable(client: GatewayClient) -> None:
    for _ in client.charge_many(charges("tok_ok", "tok_slow"), 5.0):
        break
    assert len(answers(client.charge_many(charges("tok_ok"), 2.0))) == 1


@pytest.mark.parametrize("key", [None, "another"])
def test_without_the_right_key_the_outcome_is_unknown(gateway: GatewayProcess, key: str | None) -> None:
    client = GatewayClient(gateway.url, timeout_seconds=3, key=key)
    (answer,) = answers(client.charge_many(charges("tok_ok"), 2.0)).values()
    client.close()
    assert answer.verdict is Verdict.UNKNOWN
    assert "401" in str(answer.reason)


def test_no_charges(client: GatewayClient) -> None:
    assert answers(client.charge_many([], 1.0)) == {}


def test_refused_connection_is_unknown() -> None:
    with refusing_port() as port:
        client = GatewayClient(f"http://127.0.0.1:{port}", 1)
        (answer,) = answers(client.charge_many(charges("tok_ok"), 2.0)).values()
    assert answer.verdict is Verdict.UNKNOWN
    client.close()


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"status":"captured"}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"SMTP ready\r\n\r\n",
        b"",
    ],
)
def test_nonsense_is_unknown(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        client = GatewayClient(f"http://127.0.0.1:{server.getsockname()[1]}", 2)
        (answer,) = answers(client.charge_many(charges("tok_ok"), 2.0)).values()
        thread.join()
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.reason
    client.close()


def test_nonsense_of_the_simulator_is_settled_by_asking_again(gateway: GatewayProcess, client: GatewayClient) -> None:
    batch = charges(*["tok_ok"] * 100)
    tell(gateway, b'{"nonsense_rate": 1}')
    try:
        first = answers(client.charge_many(batch, 3.0))
    finally:
        tell(gateway, b"{}")
    assert {answer.verdict for answer in first.values()} == {Verdict.CAPTURED, Verdict.UNKNOWN}
    again = answers(client.charge_many(batch, 3.0))
    assert {answer.verdict for answer in again.values()} == {Verdict.CAPTURED}
    assert all(again[key].reference == answer.reference for key, answer in first.items() if answer.reference)


def tell(gateway: GatewayProcess, faults: bytes) -> None:
    request = urllib.request.Request(  # noqa: S310  # ours
        f"{gateway.url}/v1/faults", data=faults, headers=bearer(ADMIN_KEY), method="PUT"
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        assert answer.status == 200


def test_recovers_after_the_gateway_was_restarted(gateway: GatewayProcess, client: GatewayClient) -> None:
    answers(client.charge_many(charges(*["tok_ok"] * 20), 2.0))
    gateway.child.stop()
    gone = answers(client.charge_many(charges(*["tok_ok"] * 20), 2.0))
    assert {answer.verdict for answer in gone.values()} == {Verdict.UNKNOWN}
    gateway.child.start()
    until(lambda: _is_captured(client), "a charge that is captured again")
    back = answers(client.charge_many(charges(*["tok_ok"] * 20), 2.0))
    assert {answer.verdict for answer in back.values()} == {Verdict.CAPTURED}


def _is_captured(client: GatewayClient) -> bool:
    return {answer.verdict for answer in answers(client.charge_many(charges("tok_ok"), 2.0)).values()} == {
        Verdict.CAPTURED
    }


def test_every_thread_has_its_own_connections(client: GatewayClient) -> None:
    def charge(_: int) -> int:
        verdicts = answers(client.charge_many(charges(*["tok_ok"] * 20), 5.0))
        client.close()
        return sum(answer.verdict is Verdict.CAPTURED for answer in verdicts.values())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(charge, range(8))) == [20] * 8


def test_fork(client: GatewayClient) -> None:
    def child(results: "multiprocessing.SimpleQueue[list[Verdict]]") -> None:
        verdicts = [a.verdict for a in answers(client.charge_many(charges(*["tok_ok"] * 10), 5.0)).values()]
        results.put(verdicts)

    context = multiprocessing.get_context("fork")
    answers(client.charge_many(charges(*["tok_ok"] * 10), 5.0))
    queue = context.SimpleQueue()
    children = [context.Process(target=child, args=(queue,)) for _ in range(2)]
    for process in children:
        process.start()
    ours = answers(client.charge_many(charges(*["tok_ok"] * 10), 5.0))
    found = [queue.get() for _ in children]
    for process in children:
        process.join(10)
        assert process.exitcode == 0
    ours |= answers(client.charge_many(charges(*["tok_ok"] * 10), 5.0))
    assert found == [[Verdict.CAPTURED] * 10] * 2
    assert [answer.verdict for answer in ours.values()] == [Verdict.CAPTURED] * 20


def test_faults_are_unknown(gateway: GatewayProcess, client: GatewayClient) -> None:
    tell(gateway, b'{"down": true}')
    try:
        (answer,) = answers(client.charge_many(charges("tok_ok"), 2.0)).values()
    finally:
        tell(gateway, b"{}")
    assert answer.verdict is Verdict.UNKNOWN
    assert "503" in str(answer.reason)
