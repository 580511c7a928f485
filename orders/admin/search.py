"""One search box: what was typed or pasted is looked up by its shape, always by index and never by ILIKE over joins."""

import re

from django.db.models import Exists, OuterRef, QuerySet

from orders.models import Invoice, Order, OrderItem, Shipment

ACCESS_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
DOCUMENT = re.compile(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}")
MOST = 1000


def exact(term: str) -> list[int]:
    """Ids of the orders that have this code, marketplace number, CPF/CNPJ, tracking code or access key."""
    term = term.replace("\0", "").strip()  # PostgreSQL takes no NUL; the list's own form says so
    compact = re.sub(r"[\s./-]", "", term).upper()
    if ACCESS_KEY.fullmatch(compact.removeprefix("NFE")):
        key = compact.removeprefix("NFE")
        return list(Invoice.objects.filter(access_key=key).values_list("order_id", flat=True))
    places = [
        Order.objects.filter(code=term).values_list("pk"),
        Order.objects.filter(remote_code=term).values_list("pk"),
        Shipment.objects.filter(tracking_code__in={term, compact}).values_list("order_id"),
    ]
    if DOCUMENT.fullmatch(compact):
        places.append(Order.objects.filter(buyer_document=compact).values_list("pk"))
    return [pk for (pk,) in places[0].union(*places[1:])[:MOST]]


def search(queryset: QuerySet[Order], term: str) -> QuerySet[Order]:
    """Exact identities first, then the orders of a SKU, then codes that begin like this."""
    term = term.strip()
    if ids := exact(term):
        return queryset.filter(pk__in=ids)
    lines = OrderItem.objects.filter(sku=term)
    if lines.exists():
        return queryset.filter(Exists(lines.filter(order=OuterRef("pk"))))
    return queryset.filter(code__startswith=term)
