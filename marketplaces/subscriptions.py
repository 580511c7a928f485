"""How a marketplace judges its webhooks to us: asked now and then, and shown at the account when something is wrong."""

import logging

from django.conf import settings
from django.utils.translation import gettext as _

from marketplaces import loop
from marketplaces.capabilities import KeepsPushes, Subscription
from marketplaces.connection import connect
from marketplaces.errors import MarketplaceError
from marketplaces.models import Account

logger = logging.getLogger(__name__)

PATIENCE = 5.0
TIMEOUT = 40.0


def look(account: Account) -> None:
    """Remember what is wrong; "" where nothing is. What cannot be asked stays as it was."""
    adapter = connect(account, patience=PATIENCE)
    if not isinstance(adapter, KeepsPushes):
        return
    try:
        problem = problem_of(loop.run(adapter.subscription(), timeout=TIMEOUT))
    except (MarketplaceError, TimeoutError) as error:
        logger.warning("subscription.unread account=%s error=%r", account.pk, str(error))
        return
    if problem:
        logger.warning("subscription.problem account=%s", account.pk)
    Account.objects.filter(pk=account.pk).update(webhook_problem=problem)


def problem_of(subscription: Subscription) -> str:
    """One that was never set up is no problem: orders come by polling, too."""
    ours = f"{settings.PUBLIC_URL}/webhooks/" if settings.PUBLIC_URL else ""
    if subscription.url and ours and not subscription.url.startswith(ours):
        sentence = _("Webhooks are sent to another address: %(url)s. Set them up again on the account's page.")
        return sentence % {"url": subscription.url}
    return subscription.problem if subscription.url else ""
