"""The back office as a person at a browser: pages are what can be read on them."""

import re
from collections.abc import Collection
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import html

from orders.admin.seen import newest_event

READ_ALOUD = ("placeholder", "title", "aria-label", "data-label", "alt")
#: Words that every English sentence has some of, and Portuguese has not.
ENGLISH = re.compile(
    r"\b(the|and|of|or|is|are|not|with|for|yes|orders?|buyer|channel|select|filters?|search|save|add|delete|log out|"
    r"change|show|shipped|invoiced?|canceled|sent|waiting|failed|paused|accounts?|users?|groups?|password|name|next)\b",
    re.IGNORECASE,
)


class _Reader(HTMLParser):
    def __init__(self, *unread: str) -> None:
        super().__init__()
        self.unread = ("script", "style", *unread)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.unread
        self.parts += [value for name, value in attrs if value and name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.unread

    def handle_data(self, data: str) -> None:
        # Symbols are words of a font: "local_shipping" is seen as a truck.
        if not self.silent and not re.fullmatch(r"\s*[a-z0-9_]+\s*", data):
            self.parts.append(data)


def text_of(response: HttpResponse, *, without: Collection[str] = ()) -> str:
    """What a person reads, symbols, scripts and the tags `without` left out, blanks made one."""
    reader = _Reader(*without)
    reader.feed(response.content.decode())
    return " ".join(" ".join(reader.parts).split())


def english_in(response: HttpResponse) -> list[str]:
    """English words that people would read; what stands in <code> is a name that is the same in every language."""
    return [match[0] for match in ENGLISH.finditer(text_of(response, without=["code"]))]


def form_of(response: HttpResponse) -> dict[str, list[str]]:
    """What a browser would send of the page's form that says what its reader saw, were nothing typed into it."""
    [form] = [form for form in html.fromstring(response.content.decode()).forms if "seen" in form.fields]
    for box in form.xpath(".//input[@type='text' and not(@value)]"):
        box.set("value", "")
    sent: dict[str, list[str]] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return sent


class Office:
    """Somebody who is logged in. `get` and `post` take a screen (a URL's name in the admin) and arguments."""

    def __init__(
        self, *permissions: str, everything: bool = False, language: str = "en-US", name: str = "maria"
    ) -> None:
        """A browser that asks for English, as those of many people do."""
        self.user = User.objects.create_user(name, is_staff=True, is_superuser=everything)
        for permission in permissions:
            app, _dot, codename = permission.partition(".")
            self.user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(self.user)

    def get(self, screen: str, /, *args: Any, **query: Any) -> Any:
        return self.client.get(reverse(f"admin:{screen}", args=args), query)

    def post(self, screen: str, /, *args: Any, follow: bool = True, **data: Any) -> Any:
        return self.client.post(reverse(f"admin:{screen}", args=args), data, follow=follow)

    def order_page(self, order: Any) -> str:
        return text_of(self.get("orders_order_change", order.pk))

    def do(self, order: Any, verb: str, **data: Any) -> Any:
        """Fill in a verb's form and send it, by somebody who knows all that has happened to the order."""
        return self.post("orders_order_verb", order.pk, verb, **{"seen": newest_event(order.pk), **data})
