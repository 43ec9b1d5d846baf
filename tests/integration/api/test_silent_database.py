"""PostgreSQL is stopped (SIGSTOP): connections stay open, queries get no answer. No client waits for long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.support.api import Api, Serve
from tests.support.silence import stopped
from tests.support.waiting import until

SILENT_SECONDS = 6.0
AT_A_TIME = 24
"""Three times as many requests as the api has threads."""

PATIENCE_SECONDS = 2.0
FIRST_SECONDS = 4.0
"""Who comes in the moment of silence waits behind those who find out: on each of the pool's connections, one does."""


def test_a_stopped_postgresql_is_answered_with_503_in_time(serve: Serve, database_url: str) -> None:
    api: Api = serve()
    assert api.place().status_code == 202
    with ThreadPoolExecutor(8) as pool:  # so that the pool of the api is full
        assert {answer.status_code for answer in pool.map(lambda _: api.place(), range(40))} == {202}
    began = time.monotonic()
    over = threading.Event()
    answers: list[tuple[float, float, int, str | None]] = []

    def ask() -> None:
        while not over.is_set():
            sent = time.monotonic()
            answer = api.place()
            now = time.monotonic()
            answers.append((sent - began, now - sent, answer.status_code, answer.headers.get("Retry-After")))
            over.wait(0.05)

    with stopped(database_url), ThreadPoolExecutor(AT_A_TIME) as pool:
        for _ in range(AT_A_TIME):
            pool.submit(ask)
        try:
            time.sleep(SILENT_SECONDS)
            live = time.monotonic()
            assert api.ask("GET", "/livez").status_code == 200
            assert time.monotonic() - live < PATIENCE_SECONDS
        finally:
            over.set()
    assert {(status, retry) for _, _, status, retry in answers} == {(503, "1")}
    later = [seconds for sent, seconds, _, _ in answers if sent > FIRST_SECONDS / 2]
    assert max(seconds for _, seconds, _, _ in answers) < FIRST_SECONDS
    assert len(later) > 20
    assert sorted(later)[round(len(later) * 0.95)] < PATIENCE_SECONDS
    back = time.monotonic()
    until(lambda: api.place().status_code == 202, "an order to be accepted")
    assert time.monotonic() - back < 3
    print(f"{len(answers)} answers, slowest {max(s for _, s, _, _ in answers):.2f} s, later {max(later):.2f} s")  # noqa: T201
