"""Tables as full as a seller's after two years, written by the server itself: a million orders take a minute."""

from django.db import connection

CHANNELS = 12
#: The newest orders are being worked on, the others have come to their end: (share of all, status), the newest first.
AGES = (
    (0.0005, "NEW"),
    (0.0010, "APPROVED"),
    (0.0020, "INVOICED"),
    (0.0030, "SHIPPING_ARRANGED"),
    (0.0230, "SHIPPED"),
)
_STATUS = " ".join(f"WHEN age < {share} THEN '{status}'" for share, status in AGES)

ORDERS = f"""
INSERT INTO orders_order (channel_id, code, remote_code, storefront, status, channel_status, fulfillment, placed_at,
    approved_at, shipped_at, ship_by, total, shipping_cost, discount, interest, buyer_name, buyer_document, buyer_email,
    buyer_phones, buyer_state_registration, masked, shipping_address, billing_address, carrier, shipping_method,
    payments, trackings, tags, version, status_version, buyer_version, digest, needs_arranging, pickup_failed,
    refused_invoice, cancel_request_reason, cancel_requested_at)
SELECT channel, 'Loja ' || channel || '-' || lpad(n::text, 12, '0'), lpad(n::text, 12, '0'), 'Loja ' || channel,
       status, 'x', CASE WHEN n %% 50 = 0 THEN 'MARKETPLACE' ELSE 'SELLER' END, at, at + interval '5 minutes',
       CASE WHEN status IN ('SHIPPED', 'DELIVERED', 'RETURNED') THEN at + interval '1 day' END,
       at + interval '2 days', 50 + n %% 900, 12, 0, 0, 'Comprador ' || n, lpad(n::text, 11, '0'),
       'c' || n || '@example.com', '{{}}', '', false, '{{"city": "São Paulo", "state": "SP",
       "street": "Rua das Laranjeiras", "number": "100", "postcode": "01001000"}}', '{{}}',
       (ARRAY['Correios', 'Jadlog', 'Loggi', 'Total Express'])[1 + n %% 4],
       'PAC', '[]', '[]', '{{}}', '', '', '', '', n %% 3 = 0, false, '', '',
       CASE WHEN age < 0.02 AND n %% 200 = 0 THEN at + interval '1 hour' END
  FROM (SELECT n, age, at, channel,
               CASE {_STATUS} WHEN n %% 16 = 0 THEN 'CANCELED' WHEN n %% 50 = 7 THEN 'RETURNED'
                    WHEN n %% 5000 = 9 THEN 'DELIVERY_FAILED' ELSE 'DELIVERED' END AS status
          FROM (SELECT n, (%(last)s - n)::float / %(last)s AS age,
                       now() - (%(last)s - n) * interval '2 years' / %(last)s AS at,
                       (SELECT min(id) FROM orders_channel) + (n + n / 7) %% {CHANNELS} AS channel
                  FROM generate_series(%(first)s, %(last)s) AS n) AS aged) AS sold
"""
ITEMS = """
INSERT INTO orders_orderitem (order_id, line, sku, parent_sku, name, quantity, quantity_shipped, quantity_canceled,
    quantity_returned, reserved, consumed, unit_price)
SELECT o.id, k::text,
       CASE WHEN k = 2 AND o.id %% 10 = 0 THEN 'SKU-BEST' ELSE 'SKU-' || (o.id * k * 7919) %% 5000 END, '',
       'Produto ' || o.id %% 5000, 1, 0, 0, 0, 0, 0, 19.90
  FROM orders_order AS o, generate_series(1, 2) AS k WHERE o.id > %(after)s
"""
INVOICES = """
INSERT INTO orders_invoice (order_id, access_key, number, series, protocol, xml)
SELECT id, '35' || lpad(id::text, 42, '0'), right(id::text, 9), '1', '', '' FROM orders_order
 WHERE id > %(after)s AND status NOT IN ('NEW', 'APPROVED', 'CANCELED')
"""
SHIPMENTS = """
INSERT INTO orders_shipment (order_id, carrier, method, tracking_code, tracking_url, shipped_at)
SELECT id, carrier, '', 'BR' || lpad(id::text, 9, '0') || 'BR', '', shipped_at FROM orders_order
 WHERE id > %(after)s AND shipped_at IS NOT NULL
"""
ATTENTIONS = """
INSERT INTO orders_attention (order_id, reason, detail, cleared_by, cleared_at)
SELECT id, (ARRAY['UPDATE_FAILED', 'OVERSOLD', 'TOTAL_MISMATCH'])[1 + id %% 3], '', '',
       CASE WHEN id %% 2000 <> 0 THEN placed_at + interval '3 hours' END
  FROM orders_order WHERE id > %(after)s AND id %% 100 = 0
"""


def fill(last: int) -> None:
    """Have `last` orders in the tables, each with two items, and what came after them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE orders_order, orders_orderitem, orders_invoice, orders_shipment CASCADE")
        cursor.execute(
            "INSERT INTO orders_channel (code, name, marketplace, seller_cnpj) SELECT 'loja-' || n, 'Loja ' || n, "
            "'skyhub', '' FROM generate_series(1, %s) AS n ON CONFLICT DO NOTHING",
            [CHANNELS],
        )
        cursor.execute("SELECT coalesce(max(id), 0) FROM orders_order")
        ((after,),) = cursor.fetchall()
        cursor.execute(ORDERS, {"first": 1, "last": last})
        for statement in (ITEMS, INVOICES, SHIPMENTS, ATTENTIONS):
            cursor.execute(statement, {"after": after})
        cursor.execute("VACUUM ANALYZE")
