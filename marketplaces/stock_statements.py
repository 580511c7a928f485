"""The SQL of stock.py. Nothing here locks a row of orders or of their stock."""

# What is available is compared with what each account was told, so a change cannot be missed, whoever made it. What
# was refused, or is not sold there, is tried again with another quantity, or a day later.
NOTICE = """
INSERT INTO marketplaces_stockupdate AS u
       (account_id, sku, quantity, state, due_at, attempts, lease_token, last_error)
SELECT a.id, s.sku, greatest(s.available, 0), 'PENDING', statement_timestamp(), 0, 0, ''
  FROM orders_stockitem AS s CROSS JOIN marketplaces_account AS a
 WHERE s.on_hand IS NOT NULL AND a.tells_stock AND a.connector = ANY(%(connectors)s)
   AND (%(recent)s::float8 IS NULL OR s.changed_at > statement_timestamp() - make_interval(secs => %(recent)s::float8))
 ORDER BY a.id, s.sku
    ON CONFLICT (account_id, sku) DO UPDATE
   SET quantity = excluded.quantity, state = 'PENDING', attempts = 0,
       due_at = greatest(u.due_at, statement_timestamp())
 WHERE u.quantity <> excluded.quantity
    OR (u.state IN ('REFUSED', 'NOT_SOLD') AND u.due_at < statement_timestamp() - interval '1 day')
"""
_DUE = """
u.state = 'PENDING' AND u.due_at <= statement_timestamp()
AND (u.lease_until IS NULL OR u.lease_until < statement_timestamp())
AND EXISTS (
    SELECT 1 FROM marketplaces_account AS a
     WHERE a.id = u.account_id AND a.tells_stock AND a.paused_at IS NULL
       AND (a.push_after IS NULL OR a.push_after <= statement_timestamp()))
"""
DUE_ACCOUNTS = f"SELECT DISTINCT u.account_id FROM marketplaces_stockupdate AS u WHERE {_DUE} ORDER BY 1"
CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT u.id FROM marketplaces_stockupdate AS u
     WHERE u.account_id = %(account)s AND {_DUE}
     ORDER BY u.due_at, u.id LIMIT %(limit)s FOR UPDATE OF u SKIP LOCKED)
UPDATE marketplaces_stockupdate AS c
   SET lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
       lease_token = c.lease_token + 1, attempts = c.attempts + 1
  FROM due WHERE c.id = due.id
RETURNING c.id, c.sku, c.quantity, c.lease_token, c.attempts
"""
# The quantity may have changed while the old one was on its way: then the row is due again at once.
FINISH = """
UPDATE marketplaces_stockupdate AS c
   SET told = CASE WHEN t.state = 'TOLD' THEN t.quantity ELSE c.told END,
       state = CASE WHEN c.quantity = t.quantity THEN t.state ELSE 'PENDING' END,
       due_at = statement_timestamp() + make_interval(
                secs => CASE WHEN c.quantity = t.quantity OR t.state = 'PENDING' THEN t.retry_in ELSE 0 END),
       attempts = CASE WHEN t.state = 'PENDING' THEN c.attempts - CASE WHEN t.counts THEN 0 ELSE 1 END ELSE 0 END,
       lease_until = NULL,
       last_error = t.detail
  FROM json_to_recordset(%(outcomes)s) AS t(
       id bigint, token bigint, quantity int, state text, detail text, retry_in float8, counts bool)
 WHERE c.id = t.id AND c.lease_token = t.token
"""
