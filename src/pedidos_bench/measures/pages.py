"""What each kind of page costs: bytes and requests of its first view, the server's time, and the CPU of a view."""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import uuid4

from playwright.sync_api import Browser

from pedidos.setup import demo
from pedidos_bench.browsing import chromium
from pedidos_bench.browsing.demo_order import signed_in
from pedidos_bench.browsing.first_view import FirstView, NotShown, first_view
from pedidos_bench.browsing.people import Person
from pedidos_bench.browsing.server_times import server_ms
from pedidos_bench.cpu import cpu_seconds
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.results import Run
from pedidos_bench.whole_platform import WholePlatform, whole_platform

WARM_UP_VIEWS = 10
NO_LIMIT = "1000000"
"""Of pages that are asked for without an account, per minute: the sign-in page is asked for often here."""


class Kind(NamedTuple):
    """person: who sees the page; None for somebody without an account. path: its address, from the id of an order."""

    name: str
    person: str | None
    path: Callable[[str], str]


KINDS = (
    Kind("sign-in", None, lambda _: "/sign-in"),
    Kind("shops", "customer", lambda _: "/"),
    Kind("menu", "customer", lambda _: f"/shops/{demo.PIZZERIA}"),
    Kind("an order", "customer", lambda order: f"/orders/{order}"),
    Kind("merchant's board", "merchant", lambda _: "/board"),
    Kind("operator's overview", "operator", lambda _: "/operator"),
    Kind("operator's orders", "operator", lambda _: "/operator/orders"),
    Kind("map of an order", "operator", lambda order: f"/operator/orders/{order}/map"),
    Kind("a lesson", "operator", lambda _: "/lessons/1"),
)


def measure(views: int) -> Iterator[Run]:
    """Shows each kind of page once in a browser, and asks `views` times for what that view asked the process web.

    Raises chromium.NoChromium, whole_platform.NotUp.
    """
    with whole_platform(anonymous_per_minute=NO_LIMIT) as platform:
        platform.up()
        with chromium.running() as browser:
            yield from views_of(platform, browser, views)


def views_of(platform: WholePlatform, browser: Browser, views: int) -> Iterator[Run]:
    """The same on a platform that runs."""
    settings = platform.settings
    url, ca_file = str(settings.public_url).rstrip("/"), settings.ca_file
    assert ca_file is not None  # noqa: S101  # every local platform has one
    people: dict[str | None, Person] = {None: Person(url, ca_file)}
    people |= {name: Person.entering(url, ca_file, name) for name in ("customer", "merchant", "operator")}
    with signed_in(settings, platform.layout) as demo_people:
        order = demo_people.place()
        demo_people.until(order, "confirmed")  # it waits for the shop, and its page for events
    for kind in KINDS:
        person, path = people[kind.person], kind.path(order)
        try:
            shown = first_view(browser, person, path)
        except NotShown as failure:
            yield Run("pages", "pedidos", kind.name, {}, findings=[str(failure)])
            continue
        yield _asked_for(platform, kind, person, shown, views)


def _asked_for(platform: WholePlatform, kind: Kind, person: Person, shown: FirstView, views: int) -> Run:
    """Asks for the same again and again, as browsers do that have the files in their caches already."""
    document, *parts = shown.of_web
    ids = f"bench-{uuid4().hex[:12]}-"
    web = {"web": platform.processes()["web"]}
    wrong: list[str] = []
    with person.client() as client:

        def view(request_id: str) -> None:
            for address in (document, *parts):
                own = request_id if address is document else f"other-{request_id}"
                answer = client.get(address, headers={"X-Request-Id": own} | ({} if own == request_id else PART))
                if answer.status_code != 200:
                    wrong.append(f"{address} was answered with {answer.status_code}")

        for number in range(WARM_UP_VIEWS):
            view(f"warm-{ids}{number}")
        before = cpu_seconds(web)["web"]
        for number in range(views):
            view(f"{ids}{number}")
        used = cpu_seconds(web)["web"] - before
    took = server_ms(platform.layout.log("web-1"), ids, views)
    figures = {
        "first_view_kb": shown.sent / 1000,
        "first_view_requests": float(shown.requests),
        "server_p50_ms": percentile(took, 0.5),
        "server_p99_ms": percentile(took, 0.99),
        "web_cpu_ms_per_view": used * 1000 / views,
    }
    return Run("pages", "pedidos", kind.name, figures, quantiles={"server": quantiles(took)}, findings=wrong[:3])


PART = {"HX-Request": "true"}
"""What a page's script says when it asks for a part of the page."""
