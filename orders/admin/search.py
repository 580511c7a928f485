"""One search box: what was typed, scanned or pasted is looked up by its shape, by index and never by ILIKE."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.models import Invoice, Label, Order, OrderItem, Shipment

ACCESS_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
DOCUMENT = re.compile(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}")
#: What scanners may put before a bar code to tell its kind.
SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")
MOST = 1000
#: Lines of a pasted column that are looked up.
MOST_LINES = 2000


def exact(term: str) -> list[int]:
    """Ids of the orders that have this code, marketplace number, CPF/CNPJ, tracking code or access key."""
    term, compact = _shapes(term)
    if ACCESS_KEY.fullmatch(compact):
        return list(Invoice.objects.filter(access_key=compact).values_list("order_id", flat=True))
    places = [
        Order.objects.filter(code=term).values_list("pk"),
        Order.objects.filter(remote_code=term).values_list("pk"),
        Shipment.objects.filter(tracking_code__in={term, compact}).values_list("order_id"),
        Label.objects.filter(~Q(tracking_code=""), tracking_code__in={term, compact}).values_list("order_id"),
        *(_told(code).values_list("pk") for code in {term, compact}),
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


def lines_of(text: str) -> list[str]:
    """A pasted column, cell by cell, each once; a single line is one search and may have blanks inside."""
    cells = (cell.strip().strip('"') for cell in re.split(r"[\r\n\t;\0]+", text))
    return list(dict.fromkeys(cell for cell in cells if cell))


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a pasted column."""

    lines: int
    ids: Collection[int]
    missing: list[str]  #: lines that are nobody's

    @property
    def hits(self) -> int:
        return self.lines - len(self.missing)


def find(lines: Iterable[str]) -> Found:
    """Look up many lines at once; each may be of another kind. The number of queries does not grow with the lines."""
    shapes = {line: _shapes(line) for line in list(lines)[:MOST_LINES]}
    wanted = {text for pair in shapes.values() for text in pair}
    hits: dict[str, set[int]] = {}
    for rows in _places(wanted):
        for text, pk in rows[: MOST * 10]:
            hits.setdefault(text, set()).add(pk)
    found: Mapping[str, set[int]] = {
        line: hits.get(term, set()) | hits.get(compact, set()) for line, (term, compact) in shapes.items()
    }
    ids = {pk for pks in found.values() for pk in pks}
    return Found(len(shapes), ids, [line for line, pks in found.items() if not pks])


def _places(wanted: Collection[str]) -> Iterator["QuerySet[Order, tuple[str, int]]"]:
    """Pairs of text and order id, from everywhere that an order can be known by."""
    yield Order.objects.filter(code__in=wanted).values_list("code", "pk")
    yield Order.objects.filter(remote_code__in=wanted).values_list("remote_code", "pk")
    if documents := {text for text in wanted if DOCUMENT.fullmatch(text)}:
        yield Order.objects.filter(buyer_document__in=documents).values_list("buyer_document", "pk")
    if keys := {text for text in wanted if ACCESS_KEY.fullmatch(text)}:
        yield Order.objects.filter(invoice__access_key__in=keys).values_list("invoice__access_key", "pk")
    yield Order.objects.filter(shipments__tracking_code__in=wanted).values_list("shipments__tracking_code", "pk")
    yield (
        Order.objects.filter(~Q(labels__tracking_code=""), labels__tracking_code__in=wanted).values_list(
            "labels__tracking_code", "pk"
        )
    )
    yield Order.objects.filter(items__sku__in=wanted).values_list("items__sku", "pk").order_by("-placed_at", "-id")


def _told(code: str) -> QuerySet[Order]:
    """Orders of which the channel told this tracking code."""
    return Order.objects.filter(~Q(trackings=[]), trackings__contains=[{"code": code}])


def _shapes(text: str) -> tuple[str, str]:
    """As it was given, and as numbers are stored: no punctuation, nothing that a scanner or an NF-e puts before it."""
    term = SYMBOLOGY.sub("", text.replace("\0", "").strip())  # PostgreSQL takes no NUL; the list's own form says so
    compact = re.sub(r"[\s./-]", "", term).upper().removeprefix("NFE")
    inside = ACCESS_KEY.search(compact) if "CHNFE=" in compact or "P=" in compact else None
    return term, inside[0] if inside else compact
