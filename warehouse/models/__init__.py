"""The tables of the webhooks that we send, one noun per file."""

from warehouse.models.delivery import Delivery
from warehouse.models.webhook import Webhook

__all__ = ["Delivery", "Webhook"]
