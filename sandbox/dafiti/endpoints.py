"""Everything that Dafiti answers, in one table."""

import re

from sandbox.dafiti import document_api, invoice_api, order_api, product_api, shipping_api, status_api, webhook_api
from sandbox.dafiti.gate import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *order_api.ENDPOINTS,
    *status_api.ENDPOINTS,
    *shipping_api.ENDPOINTS,
    *invoice_api.ENDPOINTS,
    *document_api.ENDPOINTS,
    *product_api.ENDPOINTS,
    *webhook_api.ENDPOINTS,
)


def endpoint_for(method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    for endpoint in ENDPOINTS:
        match = re.fullmatch(endpoint.path, path)
        if match and endpoint.method == method:
            return endpoint, match.groupdict()
    return None
