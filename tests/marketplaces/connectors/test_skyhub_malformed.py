"""What cannot be an order says why; what only looks odd is an order all the same."""

from decimal import Decimal
from typing import Any

import pytest

from marketplaces.connectors.skyhub import mapping
from marketplaces.errors import Malformed
from tests.marketplaces.connectors.skyhub import SEEN_AT, item, sample, snapshot


@pytest.mark.parametrize(
    ("over", "field", "reason"),
    [
        ({"code": ...}, "code", "falta o código"),
        ({"code": ""}, "code", "falta o código"),
        ({"code": {"a": 1}}, "code", "objeto não serve"),
        ({"code": "X" * 81}, "code", "mais de 80 caracteres"),
        ({"code": "A\u0000B"}, "code", "caracteres invisíveis"),
        ({"items": ...}, "items", "falta a lista"),
        ({"items": {"0": {}}}, "items", "esperava uma lista, veio objeto"),
        ({"items": "nenhum"}, "items", "esperava uma lista, veio texto"),
        ({"items": ["SKU-1"]}, "items[0]", "esperava um item (objeto), veio texto"),
        ({"items": [item(id=None)]}, "items[0].id", "falta o código"),
        ({"items": [item(qty="duas")]}, "items[0].qty", "“duas” não é uma quantidade"),
        ({"items": [item(qty=1.5)]}, "items[0].qty", "número 1.5 não é uma quantidade"),
        ({"items": [item(qty=0)]}, "items[0].qty", "não é uma quantidade"),
        ({"items": [item(qty=-1)]}, "items[0].qty", "não é uma quantidade"),
        ({"items": [item(qty=None)]}, "items[0].qty", "vazio não é uma quantidade"),
        ({"items": [item(qty=True)]}, "items[0].qty", "booleano não é uma quantidade"),
        ({"items": [item(qty=10**12)]}, "items[0].qty", "não é uma quantidade"),
        ({"items": [item(), item(original_price=..., special_price=...)]}, "items[1].original_price", "falta o preço"),
        ({"items": [item(special_price="grátis")]}, "items[0].special_price", "“grátis” não é um valor em reais"),
        ({"total_ordered": None}, "total_ordered", "falta o valor"),
        ({"total_ordered": 1e30}, "total_ordered", "não é um valor em reais"),
        ({"discount": [1]}, "discount", "lista não é um valor em reais"),
        ({"payments": [{"value": "muito"}]}, "payments[0].value", "“muito” não é um valor em reais"),
        ({"placed_at": "ontem"}, "placed_at", "“ontem” não é uma data"),
        ({"placed_at": None, "imported_at": None, "updated_at": ""}, "placed_at", "falta a data"),
        ({"updated_at": 12}, "updated_at", "número 12 não é uma data"),
    ],
)
def test_what_cannot_be_read_names_field_and_reason(over: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        snapshot(sample(**over))

    assert caught.value.detail.startswith(f"{field}: ")
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "não é um JSON legível"),
        (b'{"code": "Submarino-1", "items": [', "não é um JSON legível"),
        (b'{"code": "S\xe3o Paulo-1"}', "não é um JSON legível"),
        (b"[" * 100_000, "não é um JSON legível"),
        (b'{"total_ordered": 1e999}', "não é um JSON legível"),
        (b"[]", "não é um pedido"),
        (b'"Submarino-1"', "não é um pedido"),
    ],
)
def test_a_body_that_is_no_order_says_so(body: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        mapping.snapshot(body, seen_at=SEEN_AT)


@pytest.mark.parametrize("odd", [None, "", [], {}, "texto", 7, 1.5, True, [None], [1, "a"], {"a": {"b": []}}])
@pytest.mark.parametrize(
    "field",
    ["customer", "billing_address", "invoices", "shipments", "payments", "tags", "import_info", "channel"],
)
def test_odd_types_where_nothing_depends_on_them_stop_no_order(field: str, odd: Any) -> None:
    order = snapshot(sample(**{field: odd}))

    assert order.total == Decimal("82.07")
    assert len(order.items) == 2


def test_an_order_may_have_no_lines_at_all() -> None:
    assert snapshot(sample(items=[])).items == ()
