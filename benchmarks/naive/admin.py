"""The order list as a stock ModelAdmin: columns, filters and search fields, and nothing else."""

from django.contrib import admin
from django.urls import path

from orders.models import Order


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ("code", "channel", "buyer_name", "status", "total", "placed_at", "ship_by")
    list_filter = ("status", "channel", "carrier", "placed_at", "ship_by")
    search_fields = (
        "code",
        "remote_code",
        "buyer_document",
        "invoice__access_key",
        "shipments__tracking_code",
        "items__sku",
    )
    ordering = ("-placed_at",)
    list_per_page = 50


urlpatterns = [path("admin/", admin.site.urls)]
