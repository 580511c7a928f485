"""Everything TikTok Shop answers, in one table."""

from sandbox.tiktok import (
    auth_api,
    cancel_api,
    document_api,
    fulfillment_api,
    order_api,
    returns_api,
    webhook_api,
)

ENDPOINTS = (
    *auth_api.ENDPOINTS,
    *order_api.ENDPOINTS,
    *document_api.ENDPOINTS,
    *fulfillment_api.ENDPOINTS,
    *cancel_api.ENDPOINTS,
    *returns_api.ENDPOINTS,
    *webhook_api.ENDPOINTS,
)
