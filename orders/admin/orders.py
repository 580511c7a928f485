"""Orders in the back office: the list, and each order's page with what is done there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern

from orders.admin import desk, labels, rights
from orders.admin.order_page import order_context
from orders.admin.worklist import Worklist
from orders.models import Order


@admin.register(Order)
class OrderAdmin(Worklist):
    """A control room, not an editor: orders come from channels and change by verbs."""

    page_template = "orders/admin/order.html"
    actions = (labels.print_selected,)

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        return order_context(request, row)

    def has_label_permission(self, request: HttpRequest) -> bool:
        """Asked for the action that prints labels."""
        return rights.may(request.user, "ask_label")

    def get_urls(self) -> list[URLPattern]:
        return [*desk.urls(self), *super().get_urls()]
