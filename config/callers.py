"""Where somebody comes from who logs in."""

import ipaddress

from django.http import HttpRequest

from orders.api.authentication import caller_address


def login_address(request: HttpRequest) -> str | None:
    """What django-axes counts failures by, beside the name; None (by the name alone) where no address is told."""
    try:
        return str(ipaddress.ip_address(caller_address(request)))
    except ValueError:
        return None
