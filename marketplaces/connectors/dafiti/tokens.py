"""Access tokens by client credentials: an hour each, none to refresh, nobody to consent."""

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from marketplaces.connectors.dafiti.client import Client
from marketplaces.crossing import Grant
from marketplaces.errors import Malformed
from marketplaces.values import number


async def new(client: Client) -> Grant:
    asked_at = datetime.now(UTC)
    told = await client.token()
    token, lifetime = told.get("access_token"), number(told.get("expires_in"))
    if not (isinstance(token, str) and token and lifetime):
        raise Malformed(_("Dafiti's answer holds no token."))
    return Grant(access_token=token, expires_at=asked_at + timedelta(seconds=lifetime))
