"""How the back office presents itself: its names, styles, and the menu, which shows only what a person may open."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """Shows a menu item only to whom it opens something."""
    return lambda request: request.user.has_perm(permission)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Despacho",
    "SITE_HEADER": "Despacho",
    "SITE_SYMBOL": "local_shipping",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("orders/favicon.svg")}],
    "STYLES": [
        lambda request: static("orders/backoffice.css"),
        lambda request: static("orders/page.css"),
    ],
    "SCRIPTS": [lambda request: static("orders/reach.js")],
    "DASHBOARD_CALLBACK": "orders.admin.dashboard.first_page",
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            {"title": _("Second factor"), "link": reverse_lazy("two_factor")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Work"),
                "items": [
                    {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("Orders"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:orders_order_changelist"),
                        "permission": may("orders.view_order"),
                    },
                    {
                        "title": _("Tasks"),
                        "icon": "checklist",
                        "link": reverse_lazy("admin:orders_job_changelist"),
                        "permission": may("orders.view_order"),
                    },
                    {
                        "title": _("Stock"),
                        "icon": "inventory_2",
                        "link": reverse_lazy("admin:orders_stockitem_changelist"),
                        "permission": may("orders.view_stockitem"),
                    },
                    {
                        "title": _("Updates for the channels"),
                        "icon": "outbox",
                        "link": reverse_lazy("admin:orders_channelupdate_changelist"),
                        "permission": may("orders.view_channelupdate"),
                    },
                    {
                        "title": _("Quarantine"),
                        "icon": "report",
                        "link": reverse_lazy("admin:marketplaces_inboundmessage_changelist"),
                        "permission": may("marketplaces.view_inboundmessage"),
                    },
                ],
            },
            {
                "title": _("Set-up"),
                "items": [
                    {
                        "title": _("Accounts"),
                        "icon": "storefront",
                        "link": reverse_lazy("admin:marketplaces_account_changelist"),
                        "permission": may("marketplaces.view_account"),
                    },
                    {
                        "title": _("Keys for the API"),
                        "icon": "key",
                        "link": reverse_lazy("admin:orders_apikey_changelist"),
                        "permission": may("orders.view_apikey"),
                    },
                    {
                        "title": _("Webhooks to the warehouse"),
                        "icon": "webhook",
                        "link": reverse_lazy("admin:warehouse_webhook_changelist"),
                        "permission": may("warehouse.view_webhook"),
                    },
                    {
                        "title": _("Users"),
                        "icon": "person",
                        "link": reverse_lazy("admin:auth_user_changelist"),
                        "permission": may("auth.view_user"),
                    },
                    {
                        "title": _("Groups"),
                        "icon": "group",
                        "link": reverse_lazy("admin:auth_group_changelist"),
                        "permission": may("auth.view_group"),
                    },
                    {
                        "title": _("What people did"),
                        "icon": "history",
                        "link": reverse_lazy("admin:admin_logentry_changelist"),
                        "permission": may("admin.view_logentry"),
                    },
                    {
                        "title": _("Personal data shown"),
                        "icon": "visibility",
                        "link": reverse_lazy("admin:orders_disclosure_changelist"),
                        "permission": may("orders.view_disclosure"),
                    },
                ],
            },
        ],
    },
}
