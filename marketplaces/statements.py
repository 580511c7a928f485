"""The outbox's SQL: what is due, claim it, finish what was tried.

All by the database's clock. `statement_timestamp()` and not `now()`: a claim may run inside a longer transaction.
"""

# The head of its order's lane, due and free, of an account that may be spoken to. FAILED ones hold back what follows.
# What was before it is looked up by its order (OFFSET 0, and a state that no partial index serves), whatever the
# planner's statistics say: after a quiet hour, in which nothing was open, they had it read all that is open for each,
# and 8,000 updates took a minute.
_DUE = """
    u.state = 'PENDING' AND u.due_at <= statement_timestamp()
AND (u.lease_until IS NULL OR u.lease_until < statement_timestamp())
AND NOT EXISTS (
    SELECT 1 FROM orders_channelupdate AS earlier
     WHERE earlier.order_id = u.order_id AND earlier.lane = u.lane AND earlier.seq < u.seq
       AND earlier.state || '' IN ('PENDING', 'FAILED') OFFSET 0)
AND EXISTS (
    SELECT 1 FROM marketplaces_account AS a
     WHERE a.channel_id = u.channel_id AND a.paused_at IS NULL
       AND (a.push_after IS NULL OR a.push_after <= statement_timestamp()))
"""
# Whoever has a channel's turn looks again before it goes. One row of each channel is enough, however many wait.
DUE_CHANNELS = f"""
SELECT c.id FROM orders_channel AS c
 WHERE NOT EXISTS (
       SELECT 1 FROM marketplaces_turn AS t WHERE t.name = 'push ' || c.id AND t.until > statement_timestamp())
   AND EXISTS (SELECT 1 FROM orders_channelupdate AS u WHERE u.channel_id = c.id AND {_DUE})
 ORDER BY c.id
"""
HAS_DUE = f"SELECT EXISTS (SELECT 1 FROM orders_channelupdate AS u WHERE u.channel_id = %(channel)s AND {_DUE})"

DUE_SOON = """
SELECT u.channel_id, max(u.due_at) FROM orders_channelupdate AS u
 WHERE u.state = 'PENDING' AND u.attempts = 0
   AND u.due_at > statement_timestamp() + make_interval(secs => %(after)s)
   AND u.due_at <= statement_timestamp() + make_interval(secs => %(within)s)
 GROUP BY u.channel_id, date_trunc('second', u.due_at)
 ORDER BY 2 LIMIT 1000
"""

# MATERIALIZED, or the planner may run the subquery, and so its LIMIT, more than once. A lease that ran out belonged
# to a worker that died or slept: its call may have gone out. So may anything about an order from a restored backup.
CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT u.id FROM orders_channelupdate AS u
     WHERE u.channel_id = %(channel)s AND {_DUE}
     ORDER BY u.due_at, u.id LIMIT %(limit)s FOR UPDATE OF u SKIP LOCKED)
UPDATE orders_channelupdate AS c
   SET lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
       lease_token = c.lease_token + 1,
       attempts = c.attempts + 1,
       outcome_unknown = c.outcome_unknown OR c.lease_until IS NOT NULL OR o.created_at < a.restored_at IS TRUE,
       trying_since = coalesce(c.trying_since, statement_timestamp())
  FROM due, orders_order AS o, marketplaces_account AS a
 WHERE c.id = due.id AND o.id = c.order_id AND a.channel_id = c.channel_id
RETURNING c.id, c.kind, o.code, c.lease_token, c.attempts, c.outcome_unknown,
          extract(epoch FROM statement_timestamp() - c.trying_since)::float8
"""

# Who lost the lease, or whose update was superseded meanwhile, changes nothing and is not returned. The attempts are
# logged all the same: those calls were made.
FINISH = """
WITH told AS (
    SELECT * FROM json_to_recordset(%(outcomes)s) AS t(
        id bigint, token bigint, state text, failure text, detail text, retry_in float8, counts bool, unknown bool,
        ending text, request text, response text, ms int, parts jsonb)),
logged AS (
    INSERT INTO orders_channelupdateattempt (update_id, outcome, detail, request, response, duration_ms)
    SELECT id, ending, detail, request, response, ms FROM told WHERE ending <> 'THROTTLED' ORDER BY id)
UPDATE orders_channelupdate AS c
   SET state = t.state,
       failure = t.failure,
       last_error = CASE WHEN t.state = 'SENT' THEN '' ELSE t.detail END,
       due_at = CASE WHEN t.state = 'PENDING' THEN statement_timestamp() + make_interval(secs => t.retry_in)
                     ELSE c.due_at END,
       lease_until = NULL,
       attempts = c.attempts - CASE WHEN t.counts THEN 0 ELSE 1 END,
       trying_since = CASE WHEN t.counts OR c.attempts > 1 OR t.ending = 'NOT_READY' THEN c.trying_since END,
       outcome_unknown = t.unknown,
       parts_told = coalesce(t.parts, c.parts_told),
       finished_at = CASE WHEN t.state = 'PENDING' THEN NULL ELSE statement_timestamp() END
  FROM told AS t
 WHERE c.id = t.id AND c.lease_token = t.token AND c.state = 'PENDING'
RETURNING c.id
"""

# Verbs and intake hold an order before they touch its updates: taken in the same order here, or they deadlock.
LOCK_ORDERS = """
SELECT o.id FROM orders_order AS o
 WHERE o.id IN (SELECT order_id FROM orders_channelupdate WHERE id = ANY(%(updates)s))
 ORDER BY o.code FOR NO KEY UPDATE
"""
ATTENTION_OPEN = """
SELECT EXISTS (
    SELECT 1 FROM orders_attention AS a JOIN orders_channelupdate AS u ON u.order_id = a.order_id
     WHERE u.id = ANY(%(updates)s) AND a.reason = 'UPDATE_FAILED' AND a.cleared_at IS NULL)
"""
