"""Lists that never finish do not keep clients from ordering, and are not reported as an unreachable database."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import requests

from tests.support.api import Api, Serve

AT_ONCE = 20
SESSIONS = "select pid from pg_stat_activity where application_name like '% lists'"


@contextmanager
def hanging(database_url: str) -> Iterator[None]:
    """Inside, the sessions that read lists are stopped."""
    with psycopg.connect(database_url) as connection:
        pids = [pid for (pid,) in connection.execute(SESSIONS)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_lists_that_hang(serve: Serve, database_url: str) -> None:
    api: Api = serve(instance="starved")
    assert api.place().status_code == 202
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def lists() -> list[Future[requests.Response]]:
            return [pool.submit(api.ask, "GET", "/v1/orders?status=expired", who=who) for who in everybody]

        everybody = ["merchant", "merchant2", "customer", "operator"] * (AT_ONCE // 4)
        for who in everybody:
            api.token(who)
        assert {answer.result().status_code for answer in lists()} <= {200, 429, 503}
        with hanging(database_url):
            waiting = lists()
            placed = [api.place() for _ in range(5)]
            address = placed[0].headers["Location"]
            assert [answer.status_code for answer in placed] == [202] * 5
            assert api.ask("GET", address, who="customer").status_code == 200
            assert api.ask("GET", "/readyz").status_code == 200
            refused = [answer.result() for answer in waiting]
        kinds = {(answer.status_code, answer.json()["type"]) for answer in refused if answer.status_code != 200}
        assert (503, "/problems/busy") in kinds
        assert all(answer.headers.get("Retry-After") == "1" for answer in refused if answer.status_code != 200)
    assert api.ask("GET", "/v1/orders", who="merchant").status_code == 200
