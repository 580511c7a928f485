"""The back office: one file per screen. Other apps add to it through orders/admin/extensions.py."""

from orders.admin import api_keys, audit, bulk_forms, disclosures, jobs, labels, orders, people, stock

__all__ = ["api_keys", "audit", "bulk_forms", "disclosures", "jobs", "labels", "orders", "people", "stock"]
