"""How Kafka is: the lag of each consumer group, and the partitions of each topic, each second while somebody looks."""

from flask import Blueprint, Response, render_template

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.feeds.feed import Feed, next_second
from pedidos.processes.web.services import services

pages = Blueprint("kafka", __name__, url_prefix="/operator/kafka")


@pages.get("")
@allow(Role.OPERATOR)
def cluster() -> str:
    """The page, which works without Kafka too."""
    return _page("operator/kafka/cluster.html")


@pages.get("/now")
@allow(Role.OPERATOR)
def now() -> str:
    """The part of it that changes, for a page that has no stream."""
    return _now()


@pages.get("/stream")
@allow(Role.OPERATOR)
def stream() -> Response:
    """The part of it that changes, each second as long as somebody looks."""
    return _feed.stream()


def _now() -> str:
    return _page("operator/kafka/cluster_now.html")


def _page(template: str) -> str:
    desk = services().kafka
    return render_template(template, known=desk.known, state=desk.state())


_feed = Feed(next_second, lambda: {"kafka-now": _now()})
