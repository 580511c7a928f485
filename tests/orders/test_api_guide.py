"""docs/api.md is run: its curl lines, in its order, against a real server and a real order."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from orders.api.problem_types import PROBLEM_TYPES
from orders.models import ChannelUpdate, StockItem
from tests.factories import make_access_key, make_api_key, make_channel, make_order
from tests.orders.warehouse import Warehouse

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CURLS = [line for line in GUIDE.splitlines() if line.startswith("curl ")]


def run(line: str, variables: dict[str, str]) -> tuple[int, str]:
    """Status and body. By curl itself where there is one; what it would send otherwise."""
    for name, value in variables.items():
        line = line.replace(f"${name}", value)
    words = shlex.split(line)
    assert "$" not in line
    assert f"Authorization: Bearer {variables['KEY']}" in words
    if shutil.which("curl"):
        done = subprocess.run([*words, "-w", "\n%{http_code}"], capture_output=True, text=True, timeout=30, check=True)
        body, _newline, status = done.stdout.rpartition("\n")
        return int(status), body
    values = {word: words[n + 1] for n, word in enumerate(words) if word in ("-X", "-d")}
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    (address,) = (word for word in words if word.startswith("http"))
    answer = httpx.request(values.get("-X", "GET"), address, headers=headers, content=values.get("-d"))
    return answer.status_code, answer.text


def test_the_guide_s_curl_lines_walk_an_order_from_sale_to_delivery(live_server: LiveServer) -> None:
    order = make_order(channel=make_channel(code="skyhub-demo"), code="Submarino-1493069158776")
    variables = {
        "DESPACHO": live_server.url,
        "KEY": make_api_key(),
        "ORDER": str(order.pk),
        "ACCESS_KEY": make_access_key(),
        "NEXT": "0-0",
    }

    answers = [(line, *run(line, variables)) for line in CURLS]

    refused = [(line, status) for line, status, _body in answers if status >= 300]
    # SkyHub arranges nothing, what is delivered cannot fail or be canceled, no buyer asked; the last is on purpose.
    assert [(re.search(r"ORDER/([\w/-]+)", line)[1], status) for line, status in refused] == [  # type: ignore[index]
        ("shipping-options", 409),
        ("arrange-shipping", 409),
        ("delivery-failure", 409),
        ("cancellation", 409),
        ("cancellation-request/answer", 409),
        ("invoice", 422),
    ]
    assert len(CURLS) == 25
    assert all(json.loads(body) for _line, _status, body in answers)
    order.refresh_from_db()
    assert order.status == "DELIVERED"
    kinds = list(ChannelUpdate.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["INVOICED", "SHIPPED", "DELIVERED"]
    assert dict(StockItem.objects.values_list("sku", "on_hand")) == {"CAM-AZUL-M": 12, "CAM-AZUL-G": 2, "SKU-1": None}


def test_the_guide_shows_the_very_problem_that_its_last_line_gets() -> None:
    order = make_order()
    blocks = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    shown = next(json.loads(block) for block in blocks if "/api/problems/" in block)

    answer = Warehouse().put(f"/orders/{order.pk}/invoice", {"access_key": 1, "note": "x"}).json()

    assert answer == {**shown, "instance": f"/api/v1/orders/{order.pk}/invoice"}


def test_the_guide_names_every_problem_type() -> None:
    assert [slug for slug in PROBLEM_TYPES if f"`{slug}`" not in GUIDE] == []
