"""The connections' part of the back office: one file per screen, and what they add to the orders' screens."""

from marketplaces.admin import (
    account_arranging,
    account_label_format,
    account_labels,
    account_statuses,
    account_trials,
    account_webhooks,
    accounts,
    advice,
    bulk,
    cancellation,
    label_source,
    order_page,
    overview,
    quarantine,
    updates,
)

__all__ = [
    "account_arranging",
    "account_label_format",
    "account_labels",
    "account_statuses",
    "account_trials",
    "account_webhooks",
    "accounts",
    "advice",
    "bulk",
    "cancellation",
    "label_source",
    "order_page",
    "overview",
    "quarantine",
    "updates",
]
