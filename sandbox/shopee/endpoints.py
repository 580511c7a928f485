"""Everything Shopee answers, in one table."""

from collections.abc import Awaitable, Callable

from sandbox.shopee import (
    auth_api,
    cancel_api,
    document_api,
    invoice_api,
    order_api,
    package_api,
    product_api,
    push_api,
    returns_api,
    shipping_api,
    tracking_api,
)
from sandbox.shopee.gate import Endpoint


def endpoints(verify: Callable[[str], Awaitable[str]]) -> tuple[Endpoint, ...]:
    """`verify` sends the test push to a callback URL and says what is wrong with it."""
    return (
        *auth_api.ENDPOINTS,
        *order_api.ENDPOINTS,
        *package_api.ENDPOINTS,
        *shipping_api.ENDPOINTS,
        *tracking_api.ENDPOINTS,
        *document_api.ENDPOINTS,
        *invoice_api.ENDPOINTS,
        *cancel_api.ENDPOINTS,
        *returns_api.ENDPOINTS,
        *product_api.ENDPOINTS,
        *push_api.endpoints(verify),
    )
