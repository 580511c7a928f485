"""Things to test with: every field has a default, a test names only what matters to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from marketplaces.models import Account
from orders.models import Actor, ApiKey, Channel, Order, OrderItem
from orders.nfe import check_digit
from orders.snapshot import Address, Buyer, Item, OrderSnapshot
from orders.status import Status

PLACED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
WAREHOUSE = Actor.warehouse("wms")
_serial = count(1)


def make_channel(**fields: Any) -> Channel:
    number = next(_serial)
    return Channel.objects.create(
        **{"code": f"channel-{number}", "name": f"Channel {number}", "marketplace": "skyhub", **fields}
    )


def make_account(**fields: Any) -> Account:
    credentials = {"email": "a@example.com", "api_key": "key", "account_manager_key": "manager"}
    channel = fields.pop("channel", None) or make_channel()
    return Account.objects.create(
        **{"channel": channel, "connector": "skyhub", "production": False, "credentials": credentials, **fields}
    )


def make_order(*, items: Sequence[tuple[str, int]] = (("SKU-1", 1),), **fields: Any) -> Order:
    """An order with its items, APPROVED unless told otherwise."""
    order = Order.objects.create(
        **{
            "channel": fields.pop("channel", None) or make_channel(),
            "code": f"Submarino-{1493069158776 + next(_serial)}",
            "status": Status.APPROVED,
            "placed_at": PLACED,
            "approved_at": PLACED + timedelta(minutes=5),
            "total": Decimal("10.00") * sum(quantity for _, quantity in items),
            "buyer_name": "Comprador de Teste",
            "buyer_document": "52998224725",
            **fields,
        }
    )
    OrderItem.objects.bulk_create(
        OrderItem(order=order, line=f"{sku}#{n}", sku=sku, name=sku, quantity=quantity, unit_price=Decimal("10.00"))
        for n, (sku, quantity) in enumerate(items)
    )
    return order


def make_snapshot(**fields: Any) -> OrderSnapshot:
    """A whole APPROVED order of one unit, as a channel would tell it."""
    updated_at = fields.get("updated_at", PLACED + timedelta(minutes=5))
    return OrderSnapshot(
        **{
            "code": f"Submarino-{1493069158776 + next(_serial)}",
            "status": Status.APPROVED,
            "channel_status": "payment_received",
            "updated_at": updated_at,
            "seen_at": updated_at,
            "placed_at": PLACED,
            "approved_at": PLACED + timedelta(minutes=5),
            "total": Decimal("15.00"),
            "shipping_cost": Decimal("5.00"),
            "buyer": Buyer(name="Comprador de Teste", document="52998224725", email="comprador@example.com"),
            "shipping_address": Address(
                recipient="Comprador de Teste",
                street="Rua de Teste",
                number="130",
                city="São Paulo",
                state="SP",
                postcode="01001000",
            ),
            "items": (Item(line="SKU-1", sku="SKU-1", name="Produto", quantity=1, unit_price=Decimal("10.00")),),
            **fields,
        }
    )


def make_access_key(number: int | None = None, *, cnpj: str = "11222333000181", uf: str = "35") -> str:
    """A valid NF-e access key of this month."""
    number = next(_serial) if number is None else number
    first = f"{uf}{timezone.localtime():%y%m}{cnpj}55001{number:09d}1{number % 100_000_000:08d}"
    return first + check_digit(first)


def make_api_key(name: str = "wms", **fields: Any) -> str:
    """A live key; returns its secret."""
    secret = ApiKey.new_secret()
    key = ApiKey(name=name, **fields)
    key.set_secret(secret)
    key.save()
    return secret


def make_nfe_xml(key: str, *, total: str = "15.00", volumes: int = 1, status: str = "100", **changes: str) -> bytes:
    """An authorized NF-e file for this access key; `changes` overrides single elements, as serie="9"."""
    said = {
        "cUF": key[:2],
        "mod": key[20:22],
        "serie": str(int(key[22:25])),
        "nNF": str(int(key[25:34])),
        "dhEmi": f"20{key[2:4]}-{key[4:6]}-01T10:00:00-03:00",
        "CNPJ": key[6:20],
        "chNFe": key,
        **changes,
    }
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><NFe><infNFe Id="NFe{key}" versao="4.00">
<ide><cUF>{said["cUF"]}</cUF><mod>{said["mod"]}</mod><serie>{said["serie"]}</serie><nNF>{said["nNF"]}</nNF>
<dhEmi>{said["dhEmi"]}</dhEmi><tpAmb>2</tpAmb></ide>
<emit><CNPJ>{said["CNPJ"]}</CNPJ><xNome>Loja de Teste</xNome></emit>
<dest><CPF>52998224725</CPF><xNome>Comprador de Teste</xNome></dest>
<total><ICMSTot><vNF>{total}</vNF></ICMSTot></total>
<transp><vol><qVol>{volumes}</qVol></vol></transp></infNFe></NFe>
<protNFe><infProt><chNFe>{said["chNFe"]}</chNFe><nProt>135260000000001</nProt><cStat>{status}</cStat></infProt></protNFe>
</nfeProc>""".encode()
