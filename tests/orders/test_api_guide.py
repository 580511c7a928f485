"""docs/api.md is run: its curl lines, in its order, against a real order."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from orders.api.problem_types import PROBLEM_TYPES
from orders.models import ChannelUpdate
from tests.factories import make_access_key, make_channel, make_order
from tests.orders.warehouse import ROOT, Warehouse

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CURLS = [line for line in GUIDE.splitlines() if line.startswith("curl ")]


def run(line: str, wms: Warehouse, variables: dict[str, str]) -> Any:
    """Send what the curl line would send."""
    for name, value in variables.items():
        line = line.replace(f"${name}", value)
    words = shlex.split(line)
    options = {word: words[n + 1] for n, word in enumerate(words) if word in ("-X", "-d")}
    (address,) = (word for word in words if word.startswith("http"))
    path = address.removeprefix(variables["DESPACHO"] + ROOT)
    assert "-H" in words
    assert f"Authorization: Bearer {variables['KEY']}" in words
    assert "$" not in line
    return wms.send(options.get("-X", "GET"), path, options.get("-d", ""), content_type="application/json")


def test_the_guide_s_curl_lines_walk_an_order_from_sale_to_delivery() -> None:
    order = make_order(channel=make_channel(code="skyhub-demo"), code="Submarino-1493069158776")
    variables = {
        "DESPACHO": "http://127.0.0.1:8000",
        "KEY": "dsp_...",
        "ORDER": str(order.pk),
        "ACCESS_KEY": make_access_key(),
        "NEXT": "0-0",
    }
    wms = Warehouse()

    statuses = {line: run(line, wms, variables).status_code for line in CURLS}

    refused = {line: status for line, status in statuses.items() if status >= 300}
    # Delivered orders cannot fail to be delivered or be canceled; the last one shows an error on purpose.
    assert [(re.search(r"ORDER/([\w-]+)", line)[1], status) for line, status in refused.items()] == [  # type: ignore[index]
        ("delivery-failure", 409),
        ("cancellation", 409),
        ("invoice", 422),
    ]
    assert len(CURLS) == 14
    order.refresh_from_db()
    assert order.status == "DELIVERED"
    assert list(ChannelUpdate.objects.order_by("seq").values_list("kind", flat=True)) == [
        "INVOICED",
        "SHIPPED",
        "DELIVERED",
    ]


def test_the_guide_shows_the_very_problem_that_its_last_line_gets() -> None:
    order = make_order()
    shown = next(json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL) if '"type"' in block)

    answer = Warehouse().put(f"/orders/{order.pk}/invoice", {"access_key": 1, "note": "x"}).json()

    assert answer == {**shown, "instance": f"/api/v1/orders/{order.pk}/invoice"}


def test_the_guide_names_every_problem_type() -> None:
    assert [slug for slug in PROBLEM_TYPES if f"`{slug}`" not in GUIDE] == []
