"""A report opened from disk in headless Chromium, with a record of everything it did wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEEP = os.environ.get("SERVANDA_DEEP") == "1"

# counts policy violations from before the page's first byte
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(
  e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
"""
DRAWN = """() => document.querySelectorAll('.chart').length ===
  document.querySelectorAll('.drawn .chart svg').length"""


@contextmanager
def browser(path: str) -> Iterator[Any]:
    """Start Chromium; without playwright the test is skipped, and fails in the deep run."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        reason = "BROWSER TESTS NOT RUN: playwright is not installed"
        if DEEP:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


class Visit:
    """One page opened from disk, with everything it did wrong."""

    def __init__(self, started: Any, file: Path, **context: Any) -> None:
        self.context = started.new_context(**context)
        self.page = self.context.new_page()
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)
        self.page.add_init_script(WATCH)
        self.page.goto(file.as_uri())
        self.page.wait_for_function(DRAWN)
        self.page.wait_for_timeout(100)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    @property
    def violations(self) -> list[str]:
        return list(self.page.evaluate("window.violations"))

    def outside(self, file: Path) -> list[str]:
        """Requests for anything but the file itself and data addresses."""
        known = file.as_uri()
        return [url for url in self.requests if url != known and not url.startswith("data:")]
