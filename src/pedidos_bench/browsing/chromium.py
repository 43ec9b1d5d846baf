"""Finds Chromium, and starts it without a window."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SANDBOX = ["--no-sandbox"] if os.geteuid() == 0 else []
"""Arguments for Chromium, which refuses to sandbox what root starts."""


class NoChromium(Exception):
    """There is no browser. The message says how to get one."""


def find() -> Path | None:
    """Chromium on the PATH, or the one that playwright has downloaded."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path is not None:
        return Path(on_path)
    with sync_playwright() as playwright:
        downloaded = Path(playwright.chromium.executable_path)
    return downloaded if downloaded.is_file() else None


@contextmanager
def running() -> Iterator[Browser]:
    """A browser, which ends with the context. Raises NoChromium."""
    path = find()
    if path is None:
        raise NoChromium("There is no Chromium: ./pedidos test pages installs it where it may.")
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=path, args=SANDBOX)) as browser,
    ):
        yield browser
