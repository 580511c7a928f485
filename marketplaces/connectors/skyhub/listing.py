"""SkyHub's list of orders, for reconciling: never for consumption, which the queue alone serves (S2)."""

from collections.abc import AsyncGenerator, Iterator
from datetime import date, datetime, timedelta

from marketplaces.connectors.skyhub import statuses
from marketplaces.connectors.skyhub.client import LARGEST_PAGE, Client
from marketplaces.connectors.skyhub.reading import instant
from marketplaces.connectors.skyhub.telling import BRASILIA
from marketplaces.crossing import Listed
from marketplaces.values import listed, text

#: Beyond this many entries a list is refused with 400; so it is asked for day by day.
MOST = 10_000


async def orders(client: Client, since: datetime, until: datetime) -> AsyncGenerator[Listed, None]:
    """Placed in this time, newest day first; one page a second."""
    for day in _days(since, until):
        word = f"{day:%d/%m/%Y}"
        for page in range(1, MOST // LARGEST_PAGE + 1):
            found = listed((await client.orders(page=page, start_date=word, end_date=word)).get("orders"))
            rows = [row for row in found if isinstance(row, dict)]
            for row in rows:
                placed_at = instant(row.get("placed_at"))
                if text(row.get("code")) and (placed_at is None or since <= placed_at < until):
                    told = row.get("status")
                    status = told if isinstance(told, dict) else {"code": told}
                    meaning = statuses.meaning(type=status.get("type"), code=status.get("code"))
                    yield Listed(code=str(row["code"]), status=meaning)
            if len(rows) < LARGEST_PAGE:
                break


def _days(since: datetime, until: datetime) -> Iterator[date]:
    """As SkyHub counts them, newest first."""
    day, first = until.astimezone(BRASILIA).date(), since.astimezone(BRASILIA).date()
    while day >= first:
        yield day
        day -= timedelta(days=1)
