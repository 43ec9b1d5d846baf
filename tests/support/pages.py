"""A web process, and a visitor who asks it for pages as a browser does, without a browser."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import requests

from tests.support.api import PASSWORD
from tests.support.processes import ServingProcess

ANSWER_SECONDS = 20


@dataclass
class Visitor:
    """Keeps cookies itself: they are for HTTPS only, and requests would not send them to a process without the edge."""

    web: ServingProcess
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.ask("GET", path, headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> requests.Response:
        """As a form of our own pages sends it."""
        return self.ask("POST", path, {"Sec-Fetch-Site": "same-origin", **headers}, form)

    def send(self, path: str, file: bytes) -> requests.Response:
        """A form with a file, as one of our own pages sends it."""
        return self.ask("POST", path, {"Sec-Fetch-Site": "same-origin"}, file=file)

    def signs_in(self, email: str, password: str = PASSWORD) -> None:
        """With the form, which must let them in."""
        answer = self.post("/sign-in", {"email": email, "password": password})
        assert answer.status_code == 303, answer.text

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        form: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
        file: bytes | None = None,
    ) -> requests.Response:
        """A redirect is not followed."""
        own = {"Accept-Language": self.language}
        if self.cookies:
            own["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = requests.request(
            method,
            self.web.url + path,
            params=params,
            data=form,
            files=None if file is None else {"picture": ("picture.png", file, "image/png")},
            headers=own | headers,
            timeout=ANSWER_SECONDS,
            allow_redirects=False,
        )
        for sent in answer.raw.headers.getlist("Set-Cookie"):
            for name, cookie in SimpleCookie(sent).items():
                if cookie["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = cookie.value
        return answer
