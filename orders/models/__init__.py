"""The tables of the domain, one noun per file."""

from orders.models.api_key import ApiKey
from orders.models.attention import Attention
from orders.models.channel import Channel
from orders.models.channel_update import ChannelUpdate, ChannelUpdateAttempt
from orders.models.event import Actor, OrderEvent
from orders.models.invoice import Invoice
from orders.models.order import Order, OrderItem
from orders.models.shipment import Shipment, ShipmentItem
from orders.models.stock import StockCount, StockItem

__all__ = [
    "Actor",
    "ApiKey",
    "Attention",
    "Channel",
    "ChannelUpdate",
    "ChannelUpdateAttempt",
    "Invoice",
    "Order",
    "OrderEvent",
    "OrderItem",
    "Shipment",
    "ShipmentItem",
    "StockCount",
    "StockItem",
]
