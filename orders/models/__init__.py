"""The tables of the domain, one noun per file."""

from orders.models.api_key import ApiKey
from orders.models.attention import Attention
from orders.models.channel import Channel
from orders.models.channel_update import ChannelUpdate, ChannelUpdateAttempt
from orders.models.disclosure import Disclosure
from orders.models.event import Actor, OrderEvent
from orders.models.feed_origin import FeedOrigin
from orders.models.invoice import Invoice
from orders.models.job import Job, JobFile, JobRow
from orders.models.label import Label
from orders.models.note import Note
from orders.models.order import Order, OrderItem
from orders.models.replaced_invoice import ReplacedInvoice
from orders.models.saved_view import SavedView
from orders.models.shipment import Shipment, ShipmentItem
from orders.models.stock import StockCount, StockItem
from orders.models.stored_answer import StoredAnswer

__all__ = [
    "Actor",
    "ApiKey",
    "Attention",
    "Channel",
    "ChannelUpdate",
    "ChannelUpdateAttempt",
    "Disclosure",
    "FeedOrigin",
    "Invoice",
    "Job",
    "JobFile",
    "JobRow",
    "Label",
    "Note",
    "Order",
    "OrderEvent",
    "OrderItem",
    "ReplacedInvoice",
    "SavedView",
    "Shipment",
    "ShipmentItem",
    "StockCount",
    "StockItem",
    "StoredAnswer",
]
