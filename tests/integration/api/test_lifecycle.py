"""The API while PostgreSQL or the broker is away, and when its processes are ended."""

import signal
import socket
import threading
import time

import psutil
import pytest
import requests

from tests.integration.api.relay import before
from tests.support.api import PASSWORD, Api, Serve, seen_by_edge
from tests.support.waiting import until

AT_ONCE_SECONDS = 8.0
"""Less than a client waits that is not answered at once; more than a busy machine takes to answer."""


def test_postgresql_away_is_answered_at_once_and_recovered_from(serve: Serve, database_url: str) -> None:
    relay, url = before(database_url)
    api = serve(database_url=url)
    assert api.place().status_code == 202
    assert api.ask("GET", "/readyz").status_code == 200
    relay.cut()
    for method, path, who in (
        ("GET", "/readyz", None),
        ("GET", "/v1/orders", "customer"),
        ("GET", "/v1/merchants", None),
    ):
        for _ in range(3):
            began = time.monotonic()
            answer = api.ask(method, path, who=who)
            assert time.monotonic() - began < AT_ONCE_SECONDS
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "psycopg" not in answer.text
    assert api.place().status_code == 503
    assert api.ask("GET", "/livez").status_code == 200
    relay.mend()
    until(api.process.is_ready, "the api to be ready")
    assert api.place().status_code == 202


def test_many_requests_at_once_do_not_wait_for_a_database_that_is_away(serve: Serve, database_url: str) -> None:
    relay, url = before(database_url)
    api = serve(database_url=url)
    api.token("customer")
    relay.cut()
    seconds: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        assert api.ask("GET", "/v1/orders", who="customer").status_code == 503
        seconds.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seconds) == 40
    assert max(seconds) < AT_ONCE_SECONDS


def test_the_broker_away_does_not_keep_anybody_from_signing_in(serve: Serve, valkey_url: str) -> None:
    relay, url = before(valkey_url)
    api = serve(broker_url=url, sign_in_limit="3 per minute")

    def attempt(address: str) -> int:
        credentials = {"email": api.world.emails["customer"], "password": PASSWORD}
        headers = seen_by_edge(address)
        status: int = api.ask("POST", "/v1/auth/token", json=credentials, headers=headers).status_code
        return status

    assert attempt("192.0.2.51") == 200
    relay.cut()
    began = time.monotonic()
    assert [attempt("192.0.2.52") for _ in range(4)] == [200, 200, 200, 429]
    assert time.monotonic() - began < AT_ONCE_SECONDS


def test_a_silent_broker_does_not_keep_anybody_waiting(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api = serve(broker_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        for _ in range(2):
            began = time.monotonic()
            api.sign_in("customer")
            assert time.monotonic() - began < AT_ONCE_SECONDS


def test_processes_count_attempts_together(serve: Serve, valkey_url: str) -> None:
    apis = [serve(broker_url=valkey_url, sign_in_limit="3 per minute") for _ in range(2)]
    wrong = {"email": "nobody@pedidos.example", "password": "x"}
    headers = seen_by_edge("192.0.2.61")
    statuses = [apis[n % 2].ask("POST", "/v1/auth/token", json=wrong, headers=headers).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def worker_of(api: Api) -> psutil.Process:
    (worker,) = api.child.usage.children()
    return worker


def test_told_to_stop_it_stops(serve: Serve) -> None:
    api = serve()
    worker = worker_of(api)
    assert api.child.stop() == 0
    assert not worker.is_running()


def test_a_worker_that_dies_takes_its_parent_along(serve: Serve) -> None:
    api = serve()
    worker_of(api).kill()
    assert api.child.wait() == 1


def test_a_worker_does_not_outlive_its_parent(serve: Serve) -> None:
    api = serve()
    worker = worker_of(api)
    api.child.stop(signal.SIGKILL)
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, "the end of the worker")
    with pytest.raises(requests.ConnectionError):
        api.ask("GET", "/livez")
