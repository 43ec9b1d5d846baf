"""Walks through the pages by their links, and photographs each page once, in all forms."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Page

from pedidos_dev.pictures.forms import FORMS, HEIGHT, Form
from pedidos_dev.pictures.people import PEOPLE
from pedidos_dev.pictures.routes import Routes
from pedidos_dev.pictures.scenes import SCENES, Shot, Stage

LINKS = "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location).href)"
SETTLED = "() => document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')"

VISITS = 4
"""How many addresses of one page are looked at for links to pages that are still unknown."""

MOST_HEIGHT = 2400
QUALITY = 72


@dataclass
class Walk:
    """address: of the platform. seen: for each endpoint photographed, who sees the page. shots: the pages of scenes."""

    browser: Browser
    address: str
    folder: Path
    routes: Routes
    seen: dict[str, str] = field(default_factory=dict)
    shots: list[Shot] = field(default_factory=list)

    def all(self) -> Iterator[tuple[str, str]]:
        """Photographs. Yields each endpoint, and the person who sees the page."""
        for person, enter in PEOPLE.items():
            with closing(self.browser.new_context(ignore_https_errors=True)) as context:
                page = context.new_page()
                enter(page, self.address)
                for endpoint in self._pages(context, page):
                    self.seen[endpoint] = person
                    yield endpoint, person

    def scenes(self, stage: Stage) -> Iterator[tuple[Shot, str]]:
        """Photographs what the scenes lead to. Yields each page, and the scene."""
        for form in FORMS:
            for name, scene in SCENES.items():
                with closing(self.browser.new_context(ignore_https_errors=True)) as context:
                    self._take(context, page := context.new_page(), form)
                    for shot in scene(page, stage):
                        self._snap(page, shot.name, form)
                        if shot not in self.shots:
                            self.shots.append(shot)
                            yield shot, name

    def _pages(self, context: BrowserContext, page: Page) -> Iterator[str]:
        waiting, known, visits = deque([f"{self.address}/"]), {f"{self.address}/"}, Counter[str]()
        while waiting:
            address = waiting.popleft()
            endpoint = self.routes.endpoint(address)
            if endpoint is None or visits[endpoint] >= VISITS:
                continue
            visits[endpoint] += 1
            if not self._open(page, address):
                continue
            # An address can lead elsewhere, such as to the sign-in.
            if endpoint not in self.seen and self.routes.endpoint(page.url) == endpoint:
                for form in FORMS:
                    self._photograph(context, page, endpoint, address, form)
                yield endpoint
            links = [link.partition("#")[0] for link in (page.url, *page.evaluate(LINKS))]
            new = [link for link in dict.fromkeys(links) if link.startswith(self.address) and link not in known]
            known.update(new)
            waiting.extend(new)

    def _open(self, page: Page, address: str) -> bool:
        """Whether the address shows a page, and is no file to save."""
        try:
            answer = page.goto(address)
        except Error as error:
            if "Download is starting" in error.message:
                return False
            raise
        return answer is not None and answer.ok and "text/html" in answer.headers.get("content-type", "")

    def _photograph(self, context: BrowserContext, page: Page, endpoint: str, address: str, form: Form) -> None:
        self._take(context, page, form)
        page.goto(address)
        self._snap(page, endpoint, form)

    @staticmethod
    def _take(context: BrowserContext, page: Page, form: Form) -> None:
        context.set_extra_http_headers({"Accept-Language": form.language})
        page.emulate_media(color_scheme=form.colours, reduced_motion="reduce")
        page.set_viewport_size({"width": form.width, "height": HEIGHT})

    def _snap(self, page: Page, name: str, form: Form) -> None:
        """Photographs what the page shows."""
        page.wait_for_function(SETTLED)
        tall = int(page.evaluate("document.documentElement.scrollHeight"))
        page.screenshot(
            path=self.folder / picture_of(name, form),
            type="jpeg",
            quality=QUALITY,
            full_page=True,
            clip={"x": 0, "y": 0, "width": form.width, "height": max(HEIGHT, min(tall, MOST_HEIGHT))},
        )


def picture_of(endpoint: str, form: Form) -> str:
    """The file's name."""
    return f"{endpoint.replace('.', '-').replace('_', '-')}-{form.name}.jpg"
