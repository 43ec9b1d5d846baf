"""PostgreSQL is silent for longer than anybody waits for an answer."""

import time

from sqlalchemy import Engine

from pedidos.errors import Transient
from pedidos.storage.engine import ping
from tests.integration.pipeline.published import check_published
from tests.integration.pipeline.rig import Rig
from tests.integration.pipeline.topic import Topic
from tests.support.silence import stopped
from tests.support.waiting import until

SILENT_SECONDS = 14.0
"""Longer than relay, workers and scheduler wait for an answer (statement_timeout_seconds and two more)."""


def test_relay_and_workers_begin_again(rig: Rig, events: Topic, database_url: str) -> None:
    order_ids = rig.place(60)
    with stopped(database_url):
        time.sleep(SILENT_SECONDS)
    until(lambda: _answers(rig.engine), "an answer to this process")
    order_ids += rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    check_published(rig, events)
    rig.check()
    assert "no answer within" in rig.log("relay-1")


def _answers(engine: Engine) -> bool:
    """Whether this process has a connection again. While one thread tries, the others are refused at once."""
    try:
        ping(engine)
    except Transient:
        return False
    return True
