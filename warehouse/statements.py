"""The deliveries' SQL, after the pattern of marketplaces/statements.py: claim under a lease, finish by its token."""

# Something to tell now, or in the feed behind the webhook's position and settled.
DUE_WEBHOOKS = """
SELECT w.id FROM warehouse_webhook AS w
 WHERE w.paused_at IS NULL AND (w.rest_until IS NULL OR w.rest_until <= statement_timestamp())
   AND (EXISTS (SELECT 1 FROM warehouse_delivery AS d
                 WHERE d.webhook_id = w.id AND d.state = 'PENDING' AND d.due_at <= statement_timestamp()
                   AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp()))
     OR EXISTS (SELECT 1 FROM orders_orderevent AS e
                 WHERE (e.xid, e.id) > (w.xid, w.event_id)
                   AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                             + coalesce((SELECT shift FROM orders_feedorigin), 0)))
 ORDER BY w.id
"""

# An order's changes leave in their order; only one that failed is overtaken, for it may fail for days.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT d.id FROM warehouse_delivery AS d
     WHERE d.webhook_id = %(webhook)s AND d.state = 'PENDING' AND d.due_at <= statement_timestamp()
       AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
       AND NOT EXISTS (
           SELECT 1 FROM warehouse_delivery AS earlier
            WHERE earlier.order_id = d.order_id AND earlier.webhook_id = d.webhook_id AND earlier.id < d.id
              AND earlier.state = 'PENDING'
              AND (earlier.attempts = 0 OR earlier.lease_until >= statement_timestamp()))
     ORDER BY d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
UPDATE warehouse_delivery AS c
   SET lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
       lease_token = c.lease_token + 1,
       attempts = c.attempts + 1,
       trying_since = coalesce(c.trying_since, statement_timestamp())
  FROM due
 WHERE c.id = due.id
RETURNING c.id, c.event_id, c.lease_token, c.attempts,
          extract(epoch FROM statement_timestamp() - c.trying_since)::float8
"""

FINISH = """
UPDATE warehouse_delivery AS c
   SET state = t.state, last_status = t.status, last_error = t.error, lease_until = NULL,
       due_at = statement_timestamp() + make_interval(secs => t.retry_in),
       finished_at = CASE WHEN t.state = 'PENDING' THEN NULL ELSE statement_timestamp() END
  FROM json_to_recordset(%(outcomes)s) AS t(
        id bigint, token bigint, state text, status smallint, error text, retry_in float8)
 WHERE c.id = t.id AND c.lease_token = t.token AND c.state = 'PENDING'
"""
