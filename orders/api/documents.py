"""The papers of an order: the NF-e's file, and the labels that its channel made. They name the buyer."""

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api import shapes
from orders.api.base import Door, find_order
from orders.api.openapi import CHALLENGE, ORDER_ID, problems
from orders.models import Invoice, Label, Order
from orders.models.api_key import Scope
from orders.serving import document

NFE = "nfe"
NFE_TYPE = "application/xml"
NAME = rf"^({NFE}|label-[0-9]{{1,18}})$"
DOCUMENT = OpenApiParameter(
    "name",
    {"type": "string", "pattern": NAME},
    OpenApiParameter.PATH,
    description="`name` in the list of the order's documents.",
)


class AsItIs(BaseContentNegotiation):
    """A file has the one format that it was made in; Accept changes nothing about that."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type or ""


class DocumentListView(Door):
    read_scope = Scope.DOCUMENTS_READ

    @extend_schema(
        operation_id="list_documents",
        summary="List the papers of an order",
        description="The NF-e's file, where it was given, and the labels that the channel made.",
        parameters=[ORDER_ID, CHALLENGE],
        responses={200: shapes.DocumentList, **problems(404)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        order = find_order(request, order_id)
        return Response({"documents": [*_nfe(order), *_labels(order)]})


class DocumentView(Door):
    read_scope = Scope.DOCUMENTS_READ
    content_negotiation_class = AsItIs

    @extend_schema(
        operation_id="read_document",
        summary="Read one paper",
        description="The file, byte for byte, in the format that the list names.",
        parameters=[ORDER_ID, DOCUMENT, CHALLENGE],
        responses={
            (200, NFE_TYPE): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "application/zip"): OpenApiTypes.BINARY,
            (200, "text/plain"): OpenApiTypes.BINARY,
            **problems(404),
        },
    )
    def get(self, request: Request, order_id: str, name: str) -> HttpResponse:
        order = find_order(request, order_id)
        content, content_type = _file(order, name)
        return document(content, content_type=content_type, filename=f"{order.pk}-{name}")


def _nfe(order: Order) -> list[dict[str, Any]]:
    invoices = Invoice.objects.filter(order=order).exclude(xml="").values_list("created_at", flat=True)
    return [_entry(order, NFE, "NFE", NFE_TYPE, at) for at in invoices]


def _labels(order: Order) -> list[dict[str, Any]]:
    columns = ("pk", "kind", "content_type", "fetched_at", "package", "tracking_code")
    labels = Label.objects.filter(order=order, content__isnull=False).order_by("pk").values_list(*columns)
    return [
        _entry(order, f"label-{pk}", kind, content_type, at, package=package, tracking_code=tracking_code)
        for pk, kind, content_type, at, package, tracking_code in labels
    ]


def _entry(order: Order, name: str, kind: str, content_type: str, at: Any, **more: str) -> dict[str, Any]:
    href = reverse("api-document", kwargs={"order_id": order.pk, "name": name})
    more = {"package": "", "tracking_code": "", **more}
    return {"name": name, "kind": kind, "content_type": content_type, "received_at": at, "href": href, **more}


def _file(order: Order, name: str) -> tuple[bytes, str]:
    found: tuple[bytes | memoryview | None, str] | None = None
    if name == NFE:
        xml = Invoice.objects.filter(order=order).exclude(xml="").values_list("xml", flat=True).first()
        found = (xml.encode(), NFE_TYPE) if xml else None
    elif re.fullmatch(NAME, name):
        labels = Label.objects.filter(order=order, pk=int(name.removeprefix("label-")), content__isnull=False)
        found = labels.values_list("content", "content_type").first()
    if found is None or found[0] is None:
        raise NotFound(code="not-found")
    return bytes(found[0]), found[1]
