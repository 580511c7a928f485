"""The connections' part of the back office: one file per screen, and what they add to the orders' screens."""

from marketplaces.admin import accounts, order_page, overview, quarantine, updates

__all__ = ["accounts", "order_page", "overview", "quarantine", "updates"]
