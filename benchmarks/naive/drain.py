"""Draining the usual way: GET, save, DELETE, one after the other."""

from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import httpx

from benchmarks.naive.store import receive_one
from marketplaces.connectors.skyhub import mapping
from marketplaces.models import Account, InboundMessage


def drain(account: Account) -> int:
    """Until the queue is empty; how many orders there were."""
    done = 0
    headers = {
        "X-User-Email": account.credentials["email"],
        "X-Api-Key": account.credentials["api_key"],
        "Accept": "application/json",
    }
    with httpx.Client(base_url=account.effective_base_url, headers=headers) as client:
        while (answer := client.get("/queues/orders")).status_code == 200:
            snapshot = mapping.snapshot(answer.content, seen_at=datetime.now(UTC))
            receive_one(account.channel, snapshot)
            InboundMessage.objects.create(
                id=str(uuid4()), account=account, external_id=snapshot.code, raw=answer.text, state="APPLIED"
            )
            client.delete(f"/queues/orders/{quote(snapshot.code, safe='')}")
            done += 1
    return done
