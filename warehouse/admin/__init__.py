"""Webhooks in the back office: one file per screen."""

from warehouse.admin import deliveries, webhooks

__all__ = ["deliveries", "webhooks"]
