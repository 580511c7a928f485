"""The tables of the connections, one noun per file."""

from marketplaces.models.access_token import AccessToken
from marketplaces.models.account import Account
from marketplaces.models.difference import Difference
from marketplaces.models.heartbeat import Heartbeat
from marketplaces.models.hint import Hint
from marketplaces.models.inbound_message import InboundMessage
from marketplaces.models.listing import Listing
from marketplaces.models.stock_update import StockUpdate
from marketplaces.models.turn import Turn

__all__ = [
    "AccessToken",
    "Account",
    "Difference",
    "Heartbeat",
    "Hint",
    "InboundMessage",
    "Listing",
    "StockUpdate",
    "Turn",
]
