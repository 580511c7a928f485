"""The NF-e of a package: its access key, its number (protocol §5, "Invoice")."""

import base64
import binascii
import re

from sandbox.call import Call
from sandbox.dafiti import moves
from sandbox.dafiti import statuses as st
from sandbox.dafiti.fields import rows_of, text_of, units_of_one_order
from sandbox.dafiti.gate import Endpoint
from sandbox.dafiti.order import Package
from sandbox.dafiti.reply import Refused, Reply, violation
from sandbox.dafiti.seller import Seller


def set_access_key(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    """Here the key is `orderItemId` again, and InvoiceEncodedXml has a capital I. Counts for whole packages."""
    rows = rows_of(call, "orderItemId")
    order, units = units_of_one_order(seller, call, [row["orderItemId"] for row in rows])
    if not seller.switches.access_key_feature:
        raise Refused("Invoice access key feature is disabled", title="Validation Failed")
    keys = {row["orderItemId"]: row.get("accessKey") or key_in_xml(row.get("InvoiceEncodedXml")) for row in rows}
    for unit in units:
        package = order.package_of(unit)
        if unit.status in (st.PENDING, st.PAYMENT_PENDING) or package is None:
            raise Refused(f"Status '{unit.status}' is not valid status for order item.", code="E073", unit=unit.id)
        check_key(seller, str(keys[unit.id] or ""), package)
    for unit in units:
        package = order.package_of(unit)
        assert package is not None
        package.access_key = str(keys[unit.id])
        moves.touch(seller, order, order.inside(package))
    order.note("invoiced", by=call)
    return Reply({"orderItemIds": [unit.id for unit in units]})


def set_invoice_number(seller: Seller, call: Call, _where: dict[str, str]) -> Reply:
    unit_id = call.document.get("orderItemId")
    if isinstance(unit_id, bool) or not isinstance(unit_id, int):
        raise violation("orderItemId", "This value should be of type integer.")
    order, units = units_of_one_order(seller, call, [unit_id])
    number = text_of(call, "invoiceNumber", required=True, most=60)
    package = order.package_of(units[0])
    for unit in order.inside(package) if package else units:
        unit.invoice_number = number
    order.note("invoice_number_set", by=call)
    moves.touch(seller, order, units)
    return Reply({"orderItemId": unit_id, "invoiceNumber": number})


def check_key(seller: Seller, key: str, own: Package | None) -> None:
    """44 digits with a right check digit, and of no other package."""
    if not re.fullmatch(r"\d{44}", key) or _check_digit(key) != key[-1]:
        raise Refused("Access key is not valid", title="Validation Failed")
    for other in seller.orders.values():
        for package in other.packages:
            if package.access_key == key and package is not own:
                raise Refused("Access key is already used", title="Validation Failed")


def key_in_xml(told: object) -> str:
    """The access key inside a base64 encoded NF-e; "" when there is none."""
    try:
        xml = base64.b64decode(told, validate=True).decode() if isinstance(told, str) else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    found = re.search(r'Id="NFe(\d{44})"', xml)
    return found[1] if found else ""


def _check_digit(key: str) -> str:
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(key[:-1])))
    return str(11 - total % 11) if total % 11 > 1 else "0"


ENDPOINTS = (
    Endpoint("POST", "/v2/orders/set-invoice-access-key", set_access_key),
    Endpoint("POST", "/v2/orders/set-invoice-number", set_invoice_number),
)
