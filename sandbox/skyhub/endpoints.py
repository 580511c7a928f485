"""Everything SkyHub answers, in one table."""

from sandbox.skyhub import (
    fulfillment_api,
    invoice_api,
    order_api,
    outcome_api,
    plp_api,
    product_api,
    queue_api,
    shipment_api,
    status_api,
    sync_error_api,
)
from sandbox.skyhub.gate import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *queue_api.ENDPOINTS,
    *order_api.ENDPOINTS,
    *invoice_api.ENDPOINTS,
    *shipment_api.ENDPOINTS,
    *outcome_api.ENDPOINTS,
    *status_api.ENDPOINTS,
    *plp_api.ENDPOINTS,
    *product_api.ENDPOINTS,
    *sync_error_api.ENDPOINTS,
    *fulfillment_api.ENDPOINTS,
)
