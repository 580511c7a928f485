"""A person at a browser: pages by their names in the admin, and whatever a browser complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, WebError, expect

PHONE = {"width": 390, "height": 844}
SCREEN = {"width": 1440, "height": 900}
#: A busy machine may take its time for a page.
PATIENCE = 30_000


class Desk:
    """One person, logged in; `problems` is what the browser complained of and whom else it called."""

    def __init__(self, browser: Browser, address: str, user: User, **context: Any) -> None:
        self.address = address
        self.user = user
        self.problems: list[str] = []
        self.context: BrowserContext = browser.new_context(
            **{"viewport": SCREEN, "locale": "pt-BR", "timezone_id": settings.TIME_ZONE, "has_touch": False, **context}
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("request", self._calls)
        self.context.on("console", self._says)
        self.context.on(
            "weberror", lambda error: self.problems.append(f"script: {error.error} ({error.page and error.page.url})")
        )
        self.page: Page = self.context.new_page()

    def _calls(self, request: Request) -> None:
        own = (self.address, "data:", "blob:", "about:", "chrome-extension:")
        if not request.url.startswith(own):
            self.problems.append(f"called {request.url}")

    def _says(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _breaks(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error} ({error.page and error.page.url})")

    def enter(self) -> None:
        """Be logged in without the form."""
        client = Client()
        client.force_login(self.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}])

    def open(self, screen: str, /, *args: Any, **query: Any) -> Page:
        url = self.address + reverse(f"admin:{screen}", args=args) + (f"?{urlencode(query)}" if query else "")
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.ok, f"{url} answered {answer.status}"
        return self.page

    def open_order(self, order: Any) -> Page:
        return self.open("orders_order_change", order.pk)

    def dialog(self, verb: str) -> Locator:
        """The form that a verb's button opens."""
        self.page.locator(f"[data-verb={verb}]").first.click()
        return self.shown_dialog()

    def shown_dialog(self) -> Locator:
        dialog = self.page.locator("#dsp-dialog")
        expect(dialog).to_be_visible()
        return dialog

    def confirm(self) -> None:
        """Press the main button of the open form, and wait for the order's page that comes back."""
        with self.page.expect_navigation():
            self.page.locator("#dsp-dialog form button:not([type=button])").click()

    def reads(self, text: str) -> None:
        """Wait until the page says it."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def status(self) -> str:
        return self.page.locator("[data-path] [aria-current=step] .dsp-step-word").inner_text()

    def sideways(self) -> int:
        """Pixels by which the page is too wide."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def fits(self) -> None:
        """Nothing has to be scrolled sideways."""
        wide = self.sideways()
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """The page that is clicked away."""
        with self.page.expect_navigation():
            yield
